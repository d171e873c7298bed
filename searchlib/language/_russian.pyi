from _typeshed import ReadableBuffer

class Lemmatizer:
    def __init__(
        self,
        path: str,
        words: ReadableBuffer,
        probabilities: ReadableBuffer,
        predictions: list[ReadableBuffer],
        paradigms: ReadableBuffer,
        prefixes: bytes,
        suffixes: bytes,
        tags: bytes,
        known_prefixes: bytes,
        same: bytes,
        closed: bytes,
        named: bytes,
        longest_ending: int,
        threshold: float,
    ) -> None: ...
    def lemmas(self, form: str) -> tuple[str, ...] | None: ...
    def name_share(self, form: str) -> float: ...
    def knows(self, form: str) -> bool: ...
