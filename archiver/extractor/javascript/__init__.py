"""Read the JavaScript of WeChat's pages: literals, members, assignments."""
