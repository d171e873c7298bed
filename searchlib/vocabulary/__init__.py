"""Which words does an index have? What may have been meant by others, and what a word that is being typed may become."""
