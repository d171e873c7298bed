"""What are the words of a text, what do they stand for, and in which language are they?

Labels are in `detection`, which only who adds documents needs.
"""

from __future__ import annotations

from searchlib.language.analyzer import VERSION, Analysis, Analyzer, Token

__all__ = ["VERSION", "Analysis", "Analyzer", "Token"]
