# cython: language_level=3, boundscheck=False, wraparound=False
"""What does a query of plain words find? The short way of a search, which most queries take.

Letters, digits and blanks are read here, alone or in one pair of quotes, word by word as they were read before: no tree is made,
no plan, and little of the interpreter is touched, which after other work costs more than the search itself. Whatever might
mean more is left to the long way (ranker.py), which gives the same answer.
"""

from searchlib.language._tokens import tokenize
from searchlib.query.syntax import OPERATORS
from searchlib.query.words import LONGEST
from searchlib.ranking.lexicon import Phrase

from searchlib.ranking._topk import Clause

cdef Py_ssize_t MEMO = 50_000  # words that are kept at hand; then all are dropped


cpdef tuple clauses_of(list found, bint together):
    """What is asked of the kernel for words, and whether they are all stop words, which are left out when there is another.

    found: of each word its Group and whether it is a stop word, as Lexicon.meaning tells, or a Word of naming.py, behind whose clauses are
    those of other names. together: every word is needed; else any will do, and a word that is there several times counts as often.
    """
    cdef list chosen = [word[0] for word in found if not word[1]]
    cdef bint stop_words = not chosen
    cdef dict times = {}
    cdef list clauses
    if stop_words:
        chosen = [word[0] for word in found]
    if together:
        return [Clause(group, 1.0, 0, len(chosen) > 1) for group in chosen], stop_words
    for group in chosen:
        times[group] = times.get(group, 0.0) + 1.0
    clauses = [Clause(group, boost) for group, boost in times.items()]
    for word in found:
        if len(<tuple> word) > 2:
            for one in word[2]:
                clauses.append(Clause(one.what.occurrences, one.boost))
    return clauses, stop_words


cpdef bint grouped(str query):
    """Are there digits on both sides of a blank? In quotes 18 500 is one number; else blanks part words."""
    cdef Py_ssize_t i, length = len(query)
    for i in range(1, length - 1):
        if query[i] == u' ' and query[i - 1].isdigit() and query[i + 1].isdigit():
            return True
    return False


cdef class PlainWords:
    """Answers plain queries on one snapshot under its usual weights.

    lexicon: what words mean; kernel: the Kernel of the same searcher; naming: other names, or None. Threads may share it.
    """

    cdef object meaning, naming, searcher, top
    # word as it is written -> what lexicon.meaning or naming.word says, or None for one that is not simply a word
    cdef dict known

    def __init__(self, lexicon, kernel, naming):
        self.meaning = lexicon.meaning
        self.naming = naming
        self.searcher = kernel.searcher
        self.top = kernel.top
        self.known = {}

    def best(self, query, int k, bint together):
        """The best k documents, as Kernel.top gives them; None when the query is to be read the long way.

        together: all words are needed, of a query without quotes. Raises CorruptIndexError.
        """
        cdef list words
        cdef Py_ssize_t length
        if type(query) is not str:
            return None
        length = len(<str> query)
        if not 0 < length <= <Py_ssize_t> LONGEST or k <= 0:
            return None
        if (<str> query)[0] == u'"':
            if grouped(query):
                return None
            words = self.words(<str> query, 1, length - 1) if (<str> query)[length - 1] == u'"' else None
            return None if words is None else self.phrase(words, k)
        words = self.words(<str> query, 0, length)
        if words is None:
            return None
        if self.naming is not None:
            if self.named(words):
                return None
            if together:
                for word in words:
                    if (<tuple> word)[2]:
                        return self.needed(words, k)
        return self.top(clauses_of(words, together)[0], k)

    cdef object needed(self, list words, int k):
        """The best documents that have all words, of which one at least may be called otherwise: such a word or one of its other names."""
        cdef list chosen = [word for word in words if not word[1]]
        cdef list clauses = []
        mask = None
        for word in chosen:
            beside = (<tuple> word)[2]
            clauses.append(Clause(word[0], 1.0, 0, len(chosen) > 1 and not beside))
            if beside:
                for one in beside:
                    clauses.append(Clause(one.what.occurrences, one.boost))
                if len(chosen) > 1:
                    bits = self.naming.either(word)
                    mask = bits if mask is None else mask & bits
        return self.top(clauses, k, mask=mask)

    cdef bint named(self, list words):
        """Is there more to the words than each by itself?"""
        follow = None
        for word in words:  # each a Word, which is a tuple
            if (<tuple> word)[6]:
                return True
            if follow is not None and not follow.isdisjoint((<tuple> word)[4]):
                return self.naming.is_run(words)
            follow = (<tuple> word)[3]
        return False

    cdef list words(self, str query, Py_ssize_t start, Py_ssize_t end):
        """What the words between two places mean; None when there is more than words, or nothing."""
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
            form = tokens[0][0]
            word = self.meaning(form) if self.naming is None else self.naming.word(form, text)
        if len(self.known) >= MEMO:
            self.known.clear()
        self.known[text] = word
        return word

    cdef object phrase(self, list words, int k):
        cdef list groups = [word[0] for word in words]
        if len(groups) == 1:
            return self.top([Clause(groups[0])], k)
        return Phrase(self.searcher, groups, groups, 1, 0, None).best(k)
