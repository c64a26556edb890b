"""Read values from the JavaScript of WeChat's pages without running it: literals, members of objects, assignments."""
