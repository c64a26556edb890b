"""What is done with an archive once it is there: the pages as they came, kept beside what was made of them."""
