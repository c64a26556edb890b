"""Tell the user what is new after a run: by services such as WeCom or mail, and by a command of the user's."""
