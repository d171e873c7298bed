# cython: language_level=3, boundscheck=False, wraparound=False
"""What does a query of plain words find? The short way of a search, which most queries take.

Letters, digits and blanks are read here, alone or in one pair of quotes, word by word as they were read before: no tree is made,
no plan, and little of the interpreter is touched, which after other work costs more than the search itself. Whatever might
mean more is left to the long way (ranker.py), which gives the same answer.
"""

from searchlib.language._tokens import tokenize
from searchlib.query.syntax import OPERATORS
from searchlib.query.words import LONGEST
from searchlib.ranking._occurrences import best

from searchlib.ranking._searcher cimport Group

from searchlib.ranking._topk import Clause

cdef Py_ssize_t MEMO = 50_000  # words that are kept at hand; then all are dropped


cdef class _Word:
    """What a word means, and what is asked of the kernel for it: when any word will do, and when all are needed."""

    cdef Group group
    cdef bint stop
    cdef object any, all

    def __cinit__(self, Group group, bint stop):
        self.group = group
        self.stop = stop
        self.any = Clause(group)
        self.all = Clause(group, required=True)


cdef class PlainWords:
    """Answers plain queries on one snapshot under its usual weights.

    meaning: of a form, its Group and whether it is a stop word; kernel: Kernel.top of the same searcher. Threads may share it.
    """

    cdef object meaning, searcher, top
    cdef dict known  # word as it is written -> _Word, or None for one that is not simply a word

    def __init__(self, meaning, kernel):
        self.meaning = meaning
        self.searcher = kernel.searcher
        self.top = kernel.top
        self.known = {}

    def best(self, query, int k, bint together):
        """The best k documents, as Kernel.top gives them; None when the query is to be read the long way.

        together: all words are needed, of a query without quotes. Raises CorruptIndexError.
        """
        cdef list words
        cdef Py_ssize_t length, start = 0
        if type(query) is not str:
            return None
        length = len(<str> query)
        if not 0 < length <= <Py_ssize_t> LONGEST or k <= 0:
            return None
        if (<str> query)[0] == u'"':
            words = self.words(<str> query, 1, length - 1) if (<str> query)[length - 1] == u'"' else None
            return None if words is None else self.phrase(words, k)
        words = self.words(<str> query, 0, length)
        return None if words is None else self.bag(words, k, together)

    cdef list words(self, str query, Py_ssize_t start, Py_ssize_t end):
        """The words between two places; None when there is more than words, or nothing."""
        cdef list found = []
        cdef Py_ssize_t i
        cdef Py_UCS4 sign
        for i in range(start, end + 1):
            sign = query[i] if i < end else u' '
            if sign == u' ':
                if i > start:
                    text = query[start:i]
                    word = self.known.get(text, self)
                    if word is self:
                        word = self.look_up(text)
                    if word is None:
                        return None
                    found.append(word)
                start = i + 1
            elif not sign.isalnum():
                return None
        return found or None

    cdef object look_up(self, str text):
        """A word that was not met before."""
        cdef list tokens = tokenize(text)
        word = None
        if len(tokens) == 1 and text not in OPERATORS:
            word = _Word(*self.meaning(tokens[0][0]))
        if len(self.known) >= MEMO:
            self.known.clear()
        self.known[text] = word
        return word

    cdef object bag(self, list words, int k, bint together):
        cdef list clauses = []
        cdef _Word word, other
        cdef bint some = False
        cdef Py_ssize_t i, j, times
        for word in words:
            some |= not word.stop
        if some:
            words = [word for word in words if not (<_Word> word).stop]
        if together:
            clauses = [(<_Word> word).all if len(words) > 1 else (<_Word> word).any for word in words]
            return self.top(clauses, k)
        for i in range(len(words)):
            word = words[i]
            times = 0
            for j in range(len(words)):
                other = words[j]
                if other.group is word.group:
                    if j < i:
                        break
                    times += 1
            else:
                clauses.append(word.any if times == 1 else Clause(word.group, float(times)))
        return self.top(clauses, k)

    cdef object phrase(self, list words, int k):
        cdef list groups = [(<_Word> word).group for word in words]
        cdef double weight = 0
        cdef _Word word
        if len(words) == 1:
            return self.top([(<_Word> words[0]).any], k)
        for word in words:
            weight += word.group.rarest()
        return best(self.searcher, groups, k, weight) if weight > 0 else []
