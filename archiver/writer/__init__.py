"""Write posts: Markdown that every engine reads, with front matter and names as the site's profile defines. No I/O."""
