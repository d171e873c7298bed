"""Which English words does no suffix rule lead back to their base?

Each line of a table is a base word and then its irregular forms. A form that is also a word of its own
("saw", "left", "leaves") is on the list of ambiguous ones and keeps its own stem beside its base's.
Forms of be, have and do are stop words, and comparatives (better, worse) are left alone.
"""

from __future__ import annotations

__all__ = ["IRREGULAR"]

_VERBS = """
arise arose arisen
awake awoke awoken
bear bore borne
beat beaten
become became
begin began begun
bend bent
bereave bereft
beseech besought
bind bound
bite bit bitten
bleed bled
blow blew blown
break broke broken
breed bred
bring brought
build built
burn burnt
buy bought
catch caught
choose chose chosen
cling clung
come came
creep crept
deal dealt
dig dug
dive dove
draw drew drawn
dream dreamt
drink drank drunk
drive drove driven
dwell dwelt
eat ate eaten
fall fell fallen
feed fed
feel felt
fight fought
find found
flee fled
fling flung
fly flew flown
forbid forbade forbidden
foresee foresaw foreseen
forget forgot forgotten
forgive forgave forgiven
forsake forsook forsaken
freeze froze frozen
get got gotten
give gave given
go goes went gone
grind ground
grow grew grown
hang hung
hear heard
hide hid hidden
hold held
keep kept
kneel knelt
know knew known
lay laid
lead led
leap leapt
learn learnt
leave left
lend lent
lie lay lain
light lit
lose lost
make made
mean meant
meet met
mislead misled
mistake mistook mistaken
misunderstand misunderstood
outgrow outgrew outgrown
overcome overcame
oversee oversaw overseen
overtake overtook overtaken
overthrow overthrew overthrown
pay paid
plead pled
prove proven
rebuild rebuilt
repay repaid
ride rode ridden
ring rang rung
rise rose risen
run ran
say said
see saw seen
seek sought
sell sold
send sent
sew sewn
shake shook shaken
shear shorn
shine shone
shoot shot
show shown
shrink shrank shrunk
sing sang sung
sink sank sunk
sit sat
slay slew slain
sleep slept
slide slid
sling slung
smell smelt
sow sown
speak spoke spoken
speed sped
spend spent
spill spilt
spin spun
spit spat
spoil spoilt
spring sprang sprung
stand stood
steal stole stolen
stick stuck
sting stung
stink stank stunk
strike struck stricken
string strung
strive strove striven
swear swore sworn
sweep swept
swell swollen
swim swam swum
swing swung
take took taken
teach taught
tear tore torn
tell told
think thought
throw threw thrown
tread trod trodden
undergo underwent undergone
understand understood
undertake undertook undertaken
undo undid undone
uphold upheld
wake woke woken
wear wore worn
weave wove woven
weep wept
win won
wind wound
withdraw withdrew withdrawn
withhold withheld
withstand withstood
wring wrung
write wrote written
"""

_NOUNS = """
child children
grandchild grandchildren
schoolchild schoolchildren
man men
woman women
airman airmen
alderman aldermen
assemblyman assemblymen
businessman businessmen
businesswoman businesswomen
cameraman cameramen
chairman chairmen
clergyman clergymen
congressman congressmen
congresswoman congresswomen
councilman councilmen
countryman countrymen
craftsman craftsmen
englishman englishmen
fireman firemen
fisherman fishermen
foreman foremen
frenchman frenchmen
frontman frontmen
guardsman guardsmen
gunman gunmen
horseman horsemen
irishman irishmen
lawman lawmen
layman laymen
lineman linemen
madman madmen
middleman middlemen
newsman newsmen
nobleman noblemen
policeman policemen
policewoman policewomen
postman postmen
salesman salesmen
seaman seamen
serviceman servicemen
servicewoman servicewomen
sportsman sportsmen
spokesman spokesmen
spokeswoman spokeswomen
statesman statesmen
tradesman tradesmen
tribesman tribesmen
workman workmen
foot feet
forefoot forefeet
goose geese
louse lice
mouse mice
ox oxen
penny pence
tooth teeth
calf calves
elf elves
half halves
hoof hooves
housewife housewives
knife knives
leaf leaves
life lives
loaf loaves
scarf scarves
self selves
shelf shelves
thief thieves
wharf wharves
wife wives
wolf wolves
alumnus alumni
analysis analyses
antenna antennae
appendix appendices
axis axes
bacterium bacteria
basis bases
cactus cacti
catalysis catalyses
codex codices
crisis crises
criterion criteria
curriculum curricula
diagnosis diagnoses
die dice
emphasis emphases
focus foci
formula formulae
fungus fungi
hypothesis hypotheses
index indices
larva larvae
locus loci
matrix matrices
medium media
memorandum memoranda
metamorphosis metamorphoses
millennium millennia
nebula nebulae
nucleus nuclei
oasis oases
parenthesis parentheses
phenomenon phenomena
prognosis prognoses
radius radii
referendum referenda
spectrum spectra
stimulus stimuli
stratum strata
synopsis synopses
synthesis syntheses
thesis theses
vertebra vertebrae
vertex vertices
"""

_AMBIGUOUS = """
analyses axes bases bent bit blown bore bound broke broken built burnt diagnoses dice dove drove drunk fed
fell felt found foci ground halves hung laid lay leaves led left lent lit lives lost media met pence rang
rose rung saw sewn shot slew smelt sped spat spoke stole strung sunk thought torn woke won wound wove
"""


def _read() -> dict[str, tuple[str, ...]]:
    bases: dict[str, tuple[str, ...]] = {}
    ambiguous = frozenset(_AMBIGUOUS.split())
    for line in (_VERBS + _NOUNS).split("\n"):
        base, *forms = line.split() or [""]
        for form in forms:
            own = (form,) if form in ambiguous else ()
            bases[form] = tuple(dict.fromkeys((*bases.get(form, ()), base, *own)))
    return bases


IRREGULAR: dict[str, tuple[str, ...]] = _read()
"""From an irregular form to its base words, the likeliest first; an ambiguous one is among its own."""
