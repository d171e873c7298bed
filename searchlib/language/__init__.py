"""What are the words of a text, what do they stand for, and in which language are they?"""

from __future__ import annotations

from searchlib.language.analyzer import VERSION, Analysis, Analyzer, Token
from searchlib.language.detection import detect_language

__all__ = ["VERSION", "Analysis", "Analyzer", "Token", "detect_language"]
