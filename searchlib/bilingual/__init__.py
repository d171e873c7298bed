"""Which words of the other language mean the same? Dictionaries that the user has, read and asked."""
