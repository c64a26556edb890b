"""Write posts: Markdown for every engine, front matter and names by the profile of the site. Pure."""
