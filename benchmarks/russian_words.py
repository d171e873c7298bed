"""What are the Russian words of a generated archive?

A few hundred lemmas of the news written down here, then some 45,000 of pymorphy3's dictionary in an order
given by a hash; every lemma with its whole paradigm (a verb with its participles), each form weighted as news
use cases, numbers and tenses. The paradigms come from pymorphy3-dicts-ru: the same text needs the same
version of that package.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

from benchmarks.vocabulary import Lexicon, Weighted, acronyms, per_ten_thousand

_FUNCTION = """
в 420 и 330 на 190 не 130 что 120 с 115 по 80 к 45 как 65 за 50 из 55 о 45 от 45 для 50 у 35 он 45 а 60 его 40
это 55 но 45 до 25 то 35 все 35 же 25 или 25 бы 25 был 30 было 20 были 20 была 18 будет 20 быть 15 они 25
она 20 их 22 так 25 я 30 мы 25 вы 10 ещё 15 уже 20 только 20 при 25 без 12 под 12 после 15 со 15 ко 4 ее 10
ему 10 ей 5 ним 5 меня 6 мне 8 нас 8 себя 8 тем 8 том 12 того 12 эти 8 этот 10 этой 8 этого 12 этом 10 эту 4
чтобы 18 если 18 когда 18 где 12 чем 12 нет 10 да 8 ни 8 ли 6 даже 8 между 8 через 7 над 5 перед 6 про 3
более 12 можно 8 может 14 надо 3 сейчас 6 теперь 4 там 8 тут 3 здесь 5 потом 4 раз 5 два 6 один 6 другой 4
хоть 2 всех 6 всего 8 есть 10 кто 10 конечно 2 во 15 об 10
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
_CASE = {"nomn": 28, "gent": 34, "datv": 6, "accs": 16, "ablt": 9, "loct": 12}
_PARTS = ("NOUN", "ADJF", "INFN", "ADVB")
_ALPHABET = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_ENDINGS = (  # surnames and towns by kind: nominative, genitive, dative, instrumental, prepositional
    "ов ова ову овым ове",
    "ова овой ову овой овой",
    "ин ина ину иным ине",
    "ская ской скую ской ской",
    "ский ского скому ским ском",
    "ск ска ску ском ске",
    "град града граду градом граде",
    "ман мана ману маном мане",
)


def _tag_weight(tag: str) -> int:
    """How often news use a form with this tag, beside the other forms of its lemma."""
    grammemes = set(tag.replace(" ", ",").split(","))
    if grammemes & {"Infr", "Slng", "Arch", "Erro", "Litr", "V-ey", "V-oy", "V-ej", "Dist", "Abbr"}:
        return 0
    part = tag[:4]
    case = next((_CASE[name] for name in _CASE if name in grammemes), 1)
    if part == "NOUN":
        return case * (7 if "sing" in grammemes else 3)
    if part in ("ADJF", "PRTF"):
        weight = case * (3 if "neut" not in grammemes else 2)
        return weight // 12 if part == "PRTF" else weight // (40 if "Supr" in grammemes else 1)
    if part == "VERB":
        if "impr" in grammemes:
            return 2
        return 40 if "past" in grammemes or "3per" in grammemes else 4
    return {"INFN": 60, "GRND": 6, "PRTS": 6, "ADJS": 12, "COMP": 12, "ADVB": 20}.get(part, 0)


class _Paradigms:
    """Lemmas of the dictionary by rank, inflected when asked for."""

    def __init__(self) -> None:
        import pymorphy3

        self._dictionary: Any = pymorphy3.MorphAnalyzer(lang="ru").dictionary
        self._weights: dict[int, list[tuple[str, str, int]]] = {}
        self._forms: dict[int, Weighted] = {}
        head = dict.fromkeys(_HEAD.split())
        found = [entry for lemma in head for entry in self._lemmas(lemma, exact=True)[:1]]
        tail = [
            entry
            for prefix in (a + b + c for a in _ALPHABET for b in _ALPHABET for c in _ALPHABET)
            if zlib.crc32(prefix.encode()) % 4 == 0
            for entry in self._lemmas(prefix, exact=False)
            if entry[0] not in head
        ]
        tail.sort(key=lambda entry: (zlib.crc32(entry[0].encode()), entry))
        self.head = len(found)
        self._entries = found + tail

    def __len__(self) -> int:
        return len(self._entries)

    def _lemmas(self, prefix: str, *, exact: bool) -> list[tuple[str, int]]:
        """(lemma, paradigm) of the dictionary's words that are the first form of a paradigm news would use."""
        entries = [
            (word, paradigm)
            for word, (paradigm, index) in self._dictionary.words.items(prefix)
            if index == 0 and (not exact or word == prefix) and self._part(paradigm) in _PARTS
        ]
        return sorted(entry for entry in entries if self._inflection(entry[1]))

    def _part(self, paradigm: int) -> str:
        entry = self._dictionary.paradigms[paradigm]
        return str(self._dictionary.gramtab[entry[len(entry) // 3]])[:4]

    def _inflection(self, paradigm: int) -> list[tuple[str, str, int]]:
        """(prefix, ending, weight) of every form that news would use."""
        if paradigm not in self._weights:
            dictionary = self._dictionary
            entry = dictionary.paradigms[paradigm]
            count = len(entry) // 3
            forms = [
                (
                    dictionary.paradigm_prefixes[entry[2 * count + form]],
                    dictionary.suffixes[entry[form]],
                    _tag_weight(str(dictionary.gramtab[entry[count + form]])),
                )
                for form in range(count)
            ]
            self._weights[paradigm] = [form for form in forms if form[2]]
        return self._weights[paradigm]

    def forms(self, rank: int) -> Weighted:
        known = self._forms.get(rank)
        if known is None:
            lemma, paradigm = self._entries[rank]
            entry = self._dictionary.paradigms[paradigm]
            stem = lemma[: len(lemma) - len(self._dictionary.suffixes[entry[0]])]
            title = any(
                name in str(self._dictionary.gramtab[entry[len(entry) // 3]])
                for name in ("Geox", "Name", "Surn", "Patr", "Orgn")
            )
            pairs = [
                (prefix + stem + ending, weight) for prefix, ending, weight in self._inflection(paradigm)
            ]
            known = Weighted.of(
                (form.capitalize(), weight) if title else (form, weight) for form, weight in pairs
            )
            self._forms[rank] = known
        return known


def _name_forms(stem: str, kind: int) -> Weighted:
    endings = _ENDINGS[kind % len(_ENDINGS)].split()
    return Weighted.of(
        (stem.capitalize() + ending, weight)
        for ending, weight in zip(endings, (50, 22, 8, 10, 6), strict=True)
    )


@cache
def russian() -> Lexicon:
    """The Russian lexicon; the first call reads the dictionary (about a second)."""
    paradigms = _Paradigms()
    return Lexicon(
        language="ru",
        function=per_ten_thousand(_FUNCTION),
        count=len(paradigms),
        head=paradigms.head,
        forms=paradigms.forms,
        name_forms=_name_forms,
        acronyms=acronyms("ru"),
        firsts=tuple(_FIRSTS.split()),
        decimal=",",
        group=" ",
        quotes=("«", "»"),
    )
