"""How fast, how small and how good, beside what one would use instead?"""
