"""What a person reads who presses ^C. It imports nothing: it is needed while everything else is being loaded."""

MESSAGE = "archiver: interrupted; what was written is whole, the same call goes on with the rest"
