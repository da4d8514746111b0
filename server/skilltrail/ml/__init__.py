"""Arrays in, arrays out: vectors, topics, labels, charts. Knows no exchange."""
