"""Write posts: Markdown for every engine, with the front matter and file names of the site's profile. No I/O."""
