"""A loopback stand-in for chatgpt.com: the documented protocol, byte by byte, with a log of the truth."""
