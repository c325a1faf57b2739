"""Words, names and numbers of English news, as every room needs them."""
