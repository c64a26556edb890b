"""Protect the reader: who may read, who may change something, and what a browser may do with an answer.

- `address.py`: where the reader listens, and the Host names and origins that are its own.
- `gate.py`: the middleware that refuses a request or says who sends it.
- `forms.py`: bounded bodies of requests, and the fields in them.
- `passwords.py`, `sessions.py`, `api_token.py`: the three ways in; `programs.py`: that of programs which read feeds.
- `signed_media.py`: addresses of media that need no session.
- `answers.py`: the middleware that sets the headers of every answer, and the policies of pages, frames and media.
- `connections.py`: deadlines and numbers of connections.

docs/security.md lists each promise with its test.
"""
