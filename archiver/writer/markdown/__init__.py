"""Write the canonical body as Markdown that shows the same in every engine."""
