"""What are the Russian words of a generated archive?

A few hundred lemmas of the news written down here, then some 55,000 of pymorphy3's dictionary in an order
given by a hash; every lemma with its whole paradigm (a verb with its participles), each form weighted as news
use cases, numbers and tenses. The paradigms come from pymorphy3-dicts-ru: the same text needs the same
version of that package.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

from benchmarks.corpora.compounds import RussianCompounds
from benchmarks.corpora.vocabulary import (
    COUNT,
    DAY,
    FRACTION,
    PERCENT,
    THOUSANDS,
    YEAR,
    Lexicon,
    Weighted,
    acronyms,
    joined,
    per_ten_thousand,
)

_FUNCTION = """
в 440 и 230 на 195 с 119 по 105 что 92 не 78 за 55 для 55 о 50 от 49 из 44 к 38 как 35 а 34 до 32 при 30 он 28 это 28
его 27 также 25 будет 22 этом 20 или 21 у 19 после 19 то 18 об 17 но 18 если 15 все 15 которые 15 который 12 был 14
том 13 их 13 может 12 так 12 более 12 уже 12 мы 12 только 12 со 12 того 12 во 11 ее 11 было 10 чтобы 10 ещё 10
можно 9 они 10 когда 10 будут 10 же 9 этого 9 я 9 она 9 под 9 быть 8 вы 8 однако 8 чем 8 ли 7 были 8 есть 7 тем 7
без 7 через 7 где 7 была 7 этот 6 сейчас 6 которая 6 которых 6 больше 6 из-за 6 всего 5 ему 5 один 5 между 5 себя 5
всех 5 них 5 им 5 которой 5 против 5 около 5 бы 5 два 5 свою 4 этой 4 сегодня 4 раз 4 теперь 4 нет 4 даже 4 кто 4
него 4 эти 3 перед 3 ни 3 три 3 почти 3 такой 3 нас 3 там 3 тогда 3 здесь 2 другой 2 надо 2 над 2 эту 2 меня 2 ним 2
вам 2 вас 2 себе 2 чего 2 много 2 потому 2 ничего 2 всегда 2 вот 2 мне 2 да 1 ей 1 тоже 1 нее 1 ней 1 конечно 1
потом 1 про 1 ко 1 тут 1 ведь 1 какой 1 по-прежнему 1 что-то 1 кто-то 1 какой-то 1
"""
_HEAD = """
год страна россия президент время человек новый правительство власть москва заявить область компания решение
вопрос город сообщить российский работа дело день власть глава проект военный рассказать государственный
министр территория безопасность развитие суд система закон рубль россиянин первый большой стать мочь получить
экономика рынок банк миллион миллиард тысяча процент житель депутат партия выбор губернатор регион край
республика округ район столица мир международный европейский американский украина германия франция китай
турция италия польша япония индия казахстан белоруссия грузия армения иран сирия израиль британия лондон париж
берлин пекин вашингтон петербург новосибирск екатеринбург казань нефть газ цена доллар евро курс акция
инвестор бюджет налог кредит ставка инфляция рост снижение санкция экспорт импорт поставка производство завод
предприятие промышленность строительство дом квартира дорога мост аэропорт самолёт рейс поезд автомобиль
водитель авария пожар взрыв погибнуть пострадать спасатель врач больница пациент вирус вакцина болезнь
здоровье лечение препарат школа учитель ученик университет студент наука учёный исследование эксперт
технология интернет сеть сайт программа сервис пользователь телефон связь спутник ракета космический станция
полёт запуск армия войско солдат офицер оружие танк удар атака конфликт война мир перемирие переговоры договор
соглашение встреча визит саммит совет комитет комиссия парламент дума сенатор кандидат избиратель голос
голосование реформа политика политический оппозиция протест митинг акция полиция полицейский следствие
следователь обвинение приговор преступление убийство кража мошенничество задержать арестовать суд адвокат
тюрьма свидетель эксперт орган управление служба агентство ведомство министерство департамент отдел сотрудник
руководитель директор начальник представитель источник журналист газета канал телеканал интервью новость
информация сообщение заявление мнение слово речь письмо документ доклад отчёт данные результат итог причина
условие возможность мера план цель задача помощь поддержка защита право свобода общество население семья
ребёнок женщина мужчина друг отец мать сын дочь жена пенсия зарплата доход расход сумма размер уровень
количество число часть сторона место центр улица площадь здание квадратный метр километр тонна час минута
неделя месяц январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь лето зима весна
осень погода температура дождь снег ветер река озеро море остров лес вода земля воздух климат природа животное
собака кошка медведь рыба птица спорт матч команда игра игрок тренер клуб чемпионат турнир победа поражение
гол счёт чемпион спортсмен олимпийский футбол хоккей теннис стадион болельщик фильм режиссёр актёр театр музей
выставка концерт музыка песня певец книга писатель премия фестиваль культура искусство история церковь храм
праздник памятник век традиция турист отель путешествие виза граница мигрант гражданин паспорт посол
посольство дипломат делегация организация союз альянс федерация фонд ассоциация группа корпорация бизнес
предприниматель конкурент контракт сделка договор тендер закупка товар продукт продукция магазин покупатель
продажа реклама бренд склад урожай зерно пшеница хлеб молоко мясо сахар фермер хозяйство поле электроэнергия
станция атомный энергетика уголь труба газопровод металл сталь золото судно корабль порт груз контейнер
перевозка транспорт метро автобус маршрут билет пассажир начать провести принять дать сделать найти сказать
говорить считать отметить добавить пояснить подчеркнуть уточнить напомнить предложить потребовать обсудить
подписать утвердить одобрить отказаться решить продолжить завершить прекратить открыть закрыть построить
создать разработать выпустить купить продать вырасти упасть снизить повысить увеличить сократить составить
превысить ожидать планировать готовить обещать помочь спасти обнаружить установить проверить подтвердить
опровергнуть обвинить осудить наказать освободить уволить назначить возглавить покинуть приехать прибыть
вылететь вернуться уйти войти выйти жить работать служить учиться играть выиграть проиграть победить писать
читать смотреть видеть знать думать хотеть должный быть стоить идти ехать вести нести ждать просить требовать
являться остаться федеральный местный городской областной краевой национальный общественный социальный
экономический финансовый коммерческий частный крупный малый средний высокий низкий последний следующий бывший
нынешний будущий прошлый главный основной важный особый специальный официальный совместный общий единый полный
открытый закрытый известный возможный необходимый срочный сложный трудный тяжёлый лёгкий хороший плохой старый
молодой детский женский мужской русский украинский китайский немецкий французский английский турецкий японский
московский северный южный западный восточный центральный дальний ближний научный технический медицинский
образовательный цифровой электронный энергетический нефтяной газовый промышленный сельский морской воздушный
железный автомобильный уголовный судебный
"""
_FIRSTS = (
    "Иван Сергей Андрей Ольга Анна Дмитрий Алексей Мария Елена Павел Пётр Наталья Джон Томас Питер Алёна"
)
# Marks of forms that news do not print: slang, archaic and bookish ones, хозяйкою, зданье, увидевши, поновее, пойдёмте.
_UNPRINTED = """
Infr Slng Arch Erro Litr Dist Abbr Cmp2 incl voct V-ey V-oy V-ej V-be V-bi V-ie V-sh
"""
_NAMES = frozenset(("Geox", "Name", "Surn", "Patr", "Orgn"))
_ONE_OF_A_KIND = _NAMES - {"Surn"} | {"Sgtm"}
_CASE = {"nomn": 28, "gent": 34, "datv": 6, "accs": 16, "ablt": 9, "loct": 12}
_PARTS = ("NOUN", "ADJF", "INFN", "ADVB")
_ALPHABET = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
# Words that news print in the singular alone, though the dictionary has both numbers.
_SINGULAR = """
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь лето осень весна зима безопасность
экономика полиция нефть газ инфляция экспорт импорт здоровье наука интернет связь армия оппозиция дума следствие
информация помощь защита свобода общество население молоко мясо сахар хлеб пшеница зерно золото сталь уголь
электроэнергия энергетика климат погода транспорт метро спорт футбол хоккей теннис культура природа промышленность
тюрьма столица правительство парламент хозяйство искусство
"""
# Of forms that stand beside people's ordinary ones: людям, годам.
_NEVER = ("человекам", "человеками", "человеках", "летам", "летами")
_ENDINGS = (  # surnames and towns by kind: nominative, genitive, then dative or accusative, instrumental, prepositional
    "ов ова ову овым ове",
    "ова овой ову овой овой",
    "ин ина ину иным ине",
    "ская ской скую ской ской",
    "ский ского скому ским ском",
    "ск ска ску ском ске",
    "град града граду градом граде",
    "ман мана ману маном мане",
)


def _grammemes(tag: str) -> set[str]:
    return set(tag.replace(" ", ",").split(","))


def _tag_weight(tag: str) -> int:
    """How often news use a form with this tag, beside the other forms of its lemma."""
    grammemes = _grammemes(tag)
    plural_of_one = "plur" in grammemes and grammemes & _ONE_OF_A_KIND and "Pltm" not in grammemes
    if plural_of_one or grammemes & set(_UNPRINTED.split()):
        return 0
    part = tag[:4]
    case = next((_CASE[name] for name in _CASE if name in grammemes), 1)
    if part == "NOUN":
        return case * (7 if "sing" in grammemes else 3)
    if part in ("ADJF", "PRTF"):
        weight = case * (3 if "neut" not in grammemes else 2)
        return weight // 12 if part == "PRTF" else weight // (40 if "Supr" in grammemes else 1)
    weight = {"INFN": 60, "GRND": 6, "PRTS": 6, "ADJS": 12, "COMP": 12, "ADVB": 20, "VERB": 4}.get(part, 0)
    if part == "VERB":
        weight = 2 if "impr" in grammemes else 40 if grammemes & {"past", "3per"} else weight
    elif part in ("ADJS", "COMP") and "Qual" not in grammemes:
        weight = 0  # московскее
    return weight


class _Paradigms:
    """Lemmas of the dictionary by rank, inflected when asked for."""

    def __init__(self) -> None:
        import pymorphy3

        self._morphology: Any = pymorphy3.MorphAnalyzer(lang="ru")
        self._dictionary: Any = self._morphology.dictionary
        self._weights: dict[int, list[tuple[str, str, int, bool]]] = {}
        self._forms: dict[int, Weighted] = {}
        self._singular = frozenset(_SINGULAR.split())
        head = dict.fromkeys(_HEAD.split())
        met = {key.partition(":")[0] for key in self._morphology.prob_estimator.p_t_given_w.iterkeys()}
        prefixes = [a + b + c for a in _ALPHABET for b in _ALPHABET for c in _ALPHABET]
        quarter = [prefix for prefix in prefixes if zlib.crc32(prefix.encode()) % 4 == 0]
        words, known = self._dictionary.words, set(prefixes)
        of_quarter = chain.from_iterable(words.items(prefix) for prefix in quarter)
        of_met = ((word, one) for word in met if word[:3] in known for one in words.get(word, ()))
        tail = set(self._lemmas(chain(of_quarter, of_met)))
        # Those that the text behind pymorphy3's statistics has come first: a crude order by frequency.
        rest = sorted(tail, key=lambda entry: (entry[0] not in met, zlib.crc32(entry[0].encode()), entry))
        self._entries = [self._likeliest(lemma) for lemma in head] + [
            entry for entry in rest if entry[0] not in head
        ]

    def __len__(self) -> int:
        return len(self._entries)

    def common(self, tag: str, count: int) -> list[str]:
        """Among the first ``count`` lemmas those whose tag begins so, without names and words of the singular alone."""
        return [
            lemma
            for lemma, paradigm in self._entries[:count]
            if self._tag(paradigm).startswith(tag)
            and not _grammemes(self._tag(paradigm)) & _NAMES
            and lemma not in self._singular
        ]

    def forms(self, rank: int) -> Weighted:
        """The forms of the lemma of a rank."""
        known = self._forms.get(rank)
        if known is None:
            known = self._forms[rank] = self._inflected(*self._entries[rank])
        return known

    def forms_of(self, lemma: str) -> Weighted:
        """The forms of a lemma."""
        return self._inflected(*self._likeliest(lemma))

    def _likeliest(self, lemma: str) -> tuple[str, int]:
        """A lemma with the paradigm that it most often has: стать is a verb, not the noun."""
        parses = sorted(  # of equally likely ones the verb, and the imperfective one: мочь, считать
            self._morphology.parse(lemma),
            key=lambda parse: (-round(parse.score, 3), "INFN" not in parse.tag, "perf" in parse.tag),
        )
        return next(
            (lemma, paradigm)
            for parse in parses
            for _, _, paradigm, index in parse.methods_stack[:1]
            if index == 0 and self._useful(lemma, paradigm)
        )

    def _lemmas(self, words: Iterable[tuple[str, tuple[int, int]]]) -> Iterator[tuple[str, int]]:
        """(lemma, paradigm) of those of the dictionary's words that are lemmas and that news would use."""
        return (
            (word, paradigm)
            for word, (paradigm, index) in words
            if index == 0 and self._useful(word, paradigm)
        )

    def _useful(self, lemma: str, paradigm: int) -> bool:
        return self._tag(paradigm)[:4] in _PARTS and "-" not in lemma and bool(self._inflection(paradigm))

    def _tag(self, paradigm: int) -> str:
        """The tag of the lemma."""
        entry = self._dictionary.paradigms[paradigm]
        return str(self._dictionary.gramtab[entry[len(entry) // 3]])

    def _inflection(self, paradigm: int) -> list[tuple[str, str, int, bool]]:
        """(prefix, ending, weight, plural) of every form that news would use, the lemma first, or none at all."""
        if paradigm not in self._weights:
            dictionary = self._dictionary
            entry = dictionary.paradigms[paradigm]
            count = len(entry) // 3
            tags = [str(dictionary.gramtab[tag]) for tag in entry[count : 2 * count]]
            forms = [
                (
                    dictionary.paradigm_prefixes[entry[2 * count + form]],
                    dictionary.suffixes[entry[form]],
                    _tag_weight(tag),
                    "plur" in tag,
                )
                for form, tag in enumerate(tags)
            ]
            self._weights[paradigm] = [form for form in forms if form[2]] if forms[0][2] else []
        return self._weights[paradigm]

    def _inflected(self, lemma: str, paradigm: int) -> Weighted:
        dictionary = self._dictionary
        entry = dictionary.paradigms[paradigm]
        stem = lemma[: len(lemma) - len(dictionary.suffixes[entry[0]])]
        forms = [
            (prefix + stem + ending, weight)
            for prefix, ending, weight, plural in self._inflection(paradigm)
            if not (plural and lemma in self._singular)
        ]
        if _grammemes(self._tag(paradigm)) & _NAMES:
            forms = [(form.capitalize(), weight) for form, weight in forms]
        return Weighted.of((form, weight) for form, weight in forms if form not in _NEVER)


def _name_forms(stem: str, kind: int) -> Weighted:
    endings = _ENDINGS[kind % len(_ENDINGS)].split()
    return Weighted.of(
        (joined(stem.capitalize(), ending), weight)
        for ending, weight in zip(endings, (50, 22, 8, 10, 6), strict=True)
    )


@cache
def russian() -> Lexicon:
    """The Russian lexicon; the first call reads the dictionary (some seconds)."""
    words = _Paradigms()
    return Lexicon(
        language="ru",
        function=per_ten_thousand(_FUNCTION),
        count=len(words),
        forms=words.forms,
        compounds=RussianCompounds(
            words.forms_of,
            words.common("NOUN,inan", 2000),
            words.common("NOUN,anim", 2000),
            words.common("ADJF", 2000),
        ),
        name_forms=_name_forms,
        acronyms=acronyms("ru"),
        firsts=tuple(_FIRSTS.split()),
        numbers=bytes(
            [YEAR] * 9 + [DAY] * 12 + [COUNT] * 5 + [THOUSANDS] * 2 + [FRACTION] * 2 + [PERCENT] * 2
        ),
        decimal=",",
        group=" ",
        quotes=("«", "»"),
    )
