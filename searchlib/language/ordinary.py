"""Which English words are ordinary vocabulary, and so no names that the other script might have?

There is no dictionary of English beside us as there is one of Russian. These are the frequent short words, which a name could be
taken for ("list" for Лист, "kill" for Кейл); long ones resemble no name. Words that are well known as names too (bush, rice,
may, trump, page) are left out. They are kept as the stems under which an index has them.
"""

from __future__ import annotations

from functools import cache

from searchlib.language import english, stopwords

__all__ = ["is_ordinary"]

_WORDS = """
able abort about above absent absorb abuse accept access accord account accuse ache achieve acid acre act action active actor
actual adapt add address admire admit adopt adult advance advice affair affect afford afraid after again age agency agenda agent
agree ahead aid aim air alarm alert alien alike alive all alley allow ally almost alone along alter always amaze amend among
amount ample angel anger angle angry animal ankle annex annual answer ant anxious any apart appeal appear apple apply approve
area arena argue arise arm armor army arrest arrive arrow article artist ash aside ask asleep asset assist assume assure attach
attack attempt attend attic audit author auto average avoid await awake award aware away awful axis baby back bacon bad badge
bag bail bait bake balance ball ballot ban band bandit bang bank banner bar bare bargain bark barn barrel barrier base basic
basin basis basket bat batch bath battle bay beach beacon beam bean bear beard beast beat beauty bed bee beef beer beg begin
behave behind being belief believe bell belong below belt bench bend benefit best bet better beyond bias bid big bike bill bin
bind bird birth bit bite bitter black blade blame blank blast blaze bleed blend bless blind block blood bloom blow blue board
boast boat body boil bold bolt bomb bond bone bonus book boom boost boot booth border bore born borrow boss both bother bottle
bottom bounce bound bow bowl box boy brain brake branch brand brave breach bread break breath breed breeze brick bride bridge
brief bright bring broad broken brother brush bubble bucket budget build bulk bull bullet bunch burden bureau burn burst bury
bus business busy but butcher butter button buy buyer buzz cabin cabinet cable cage cake call calm camera camp campaign can canal cancel
cancer candle candy cannon canvas cap capable cape capital captain capture car carbon card care career careful cargo carpet
carry cart cartoon case cash cast casual cat catch cattle cause cave cease ceiling cell cement census center central century
ceremony certain chain chair chalk chamber champion chance change channel chaos chapel chapter charge charity chart charter chase
cheap cheat check cheek cheer cheese chef chest chicken chief child chill chip choice choose chorus church cinema circle circuit
cite citizen city civil claim clash class clause clay clean clear clerk clever click client cliff climate climb clinic clip
clock close cloth cloud club clue coach coal coast coat code coffee coin cold collapse collar collect college color column
combat combine come comfort comic command comment commit common company compare compel compete complain complete comply concept
concern concert conduct confirm conflict confuse consent contact contain content contest context control convict cook cool cope
copper copy core corn corner corps correct corrupt cost cotton couch council counsel count country county couple courage course
court cousin cover cow crack craft crane crash crazy cream create credit creek crew crime crisis critic crop cross crowd crown
crucial crude cruel cruise crush cry cube cult culture cup curb cure curious currency current curtain curve custom cut cute
cycle daily dairy dam damage damp dance danger dare dark data date daughter dawn day dead deaf deal dear death debate debris
debt debut decade decay deck declare decline deed deem deep deer defeat defend defer define degree delay delete demand den
dense deny depart depend deploy depot depth deputy derive desert design desire desk detail detect deter device devil devote dial
diary die diesel diet differ dig digital dine dinner dip direct dirt dirty dish dismiss dispute distance district ditch dive
divide dock doctor dog doll dollar dome domestic dominate donate door dose dot double doubt down dozen draft drag drain drama
draw dream dress drift drill drink drive drone drop drown drug drum dry duck due dull dump dust duty dwell dying eager ear early
earn ease east easy eat echo edge edit effect effort egg eight elbow elder elect eleven elite else embark embassy embrace emerge
emotion emperor empire employ empty enable end enemy energy engage engine enjoy ensure enter entire entry envoy epic equal equip
era error escape essay ethic ethnic evening event ever evict evil exact exam exceed except excess excite excuse exempt exhaust
exile exist exit expand expect expel expert expire explain explode export expose express extend extra extreme eye fabric face
fact factor factory fade fail faint fair faith fake fall false fame family famous fan fancy far fare farm fashion fast fat fatal
fate father fatigue fault favor fear feast feature federal fee feed feel fellow female fence festival fetch fever few fiber
fiction field fierce fifth fight figure file fill film filter final finance find fine finger finish fire firm first fiscal fish
fist fit five fix flag flame flash flat flavor flaw flee fleet flesh flexible flight float flood floor flour flow flower flu
fluid fly focus fog fold folk follow food fool foot force foreign forest forever forget fork form formal former fort forth
fortune forum forward found four fox frame fraud free freeze freight frequent fresh friend fright fringe front frost frozen
fruit fry fuel full fun function fund funeral funny fur fury fuse future gain galaxy gallery game gang gap garage garden garlic
gas gate gather gauge gay gear gender gene general genius gentle genuine get ghost giant gift girl give glad glance glass global
gloom glory glove glow glue goal goat god gold golden gone good govern grab grace grade grain grand grant graph grasp grass grave
gravity great green greet grid grief grip grocery gross ground group grow guarantee guard guess guest guide guilt guilty guitar
gulf gun guy habit hail hair half hall halt hammer hand handle hang happen happy harbor hard hardware harm harsh harvest hat hate
haul have hazard head heal health heap hear heart heat heaven heavy heel height heir hell hello helmet help hen herb herd here
hero hidden hide high hike hill hint hip hire hiss history hit hobby hold hole holiday hollow holy home honest honey honor hook
hop hope horn horror horse hospital host hostage hostile hot hotel hour house hover how hug huge hull human humble humor hundred
hunger hunt hurdle hurry hurt husband hybrid ice icon idea ideal idle ignore ill image immune impact imply import impose improve
inch incident income increase index infant infect inflate inform initial inject injury ink inner inquiry insect inside insist
inspect install instant insult insure intact intend intense interest interim internal into intrude invade invent invest invite
involve iron island issue item ivory jacket jail jam jar jaw jazz jet jewel job join joint joke journal journey joy judge juice
jump jungle junior jury just keen keep kettle key kick kid kidnap kidney kill kind kingdom kiss kit kitchen knee knife knock
know label labor lack ladder lady lake lamp land lane language lap large laser last late laugh launch laundry law lawn lawsuit
lawyer lay layer lazy lead leader leaf league leak lean leap learn lease least leather leave lecture left leg legacy legal legend
lemon lend length lens less lesson let letter level lever liable liberal liberty library license lid lie life lift light like
limb limit line link lion lip liquid list listen liter little live liver load loan lobby local locate lock lodge log logic lone
long look loop loose lord lose loss lost lot loud love low loyal luck lucky lunch lung luxury machine mad magazine magic magnet
maid mail main maintain major make male mall man manage manner mantle manual many map maple marble march margin marine mark
market marry mask mass master match mate material matter mature maximum mayor maze meal mean measure meat media medal medical
medicine medium meet melt member memo memory mental menu mercy merge merit mess message metal meter method middle might mild mile
military milk mill million mind mine mineral minimum minister minor minority mint minute miracle mirror misery miss missile
mission mist mistake mix mixture mob mobile mode model modern modest modify moist moment money monitor monkey monster month
mood moon moral more morning mortal mosque most mother motion motive motor mount mountain mouse mouth move movie much mud multiple
murder muscle museum music must mutual myth nail naked name narrow nasty nation native natural nature navy near neat neck need
needle neglect neighbor nerve nest net network neutral never new news next nice night nine noble nod noise none noon norm normal
north nose note nothing notice notion novel now nuclear number nurse nut oak oath obey object oblige observe obtain obvious
occasion occupy occur ocean odd offend offer office officer often oil old olive omit once onion only onset open opera operate
opinion oppose opt option orange orbit order ordinary organ origin orphan other ought outcome outer output outside oven over owe
own owner oxygen pace pack pact pad pain paint pair palace pale palm pan panel panic paper parade parallel parcel pardon parent
park part partner party pass passage passenger passion passive passport past paste pastor pat patch path patience patient patrol
patron pattern pause pave pay peace peak pearl pedal peel peer pen penalty pencil people pepper per percent perfect perform
perhaps peril period permit persist person pet petrol phase phone photo phrase physical piano pick picnic picture piece pier pig
pile pill pilot pin pine pink pioneer pipe pirate pit pitch pity place plain plan plane planet plant plastic plate play plead
pleasant please pledge plenty plot plug plunge plus pocket poem poet point poison pole police policy polish polite political
poll pollution pond pool poor pop porch port portion portrait pose position possess possible post pot potato potential pottery
pouch pound pour poverty powder power practice praise pray preach predict prefer premise premium prepare presence present press
pressure pretend pretty prevent prey price pride priest primary prime print prior prison private prize probe problem proceed
process produce product profile profit program progress project promise promote prompt proof proper property propose protect
protein protest proud prove provide province public publish pull pulse pump punch punish pupil purchase pure purple purpose
purse pursue push put puzzle quake quality quantity quarter queen query quest question queue quick quiet quit quite quiz quota
quote rabbit race rack radar radical radio rage raid rail rain raise rally ramp random range rank rapid rare rash rat rate rather
ratio raw razor reach react read ready real realm rear reason rebel recall receive recent recipe reckon record recover recruit
red reduce refer reform refuge refugee refuse regard regime region register regret regular reign reject relate relax relay
release relief religion rely remain remark remedy remind remote remove render renew rent repair repeat replace reply report rescue
research reserve resign resist resolve resort resource respect respond rest restore restrict result resume retail retain retire
retreat return reveal revenge revenue reverse review revise revive revolt reward rhetoric rhythm rib rib ribbon rich ride ridge
rifle right rigid ring riot rip rise risk ritual rival river road roar rob robot rock rocket rod role roll roof room root rope
rotate rough round route routine row royal rub rubber rubbish rude rug ruin rule ruling rumor run rural rush rust sack sacred
sad saddle safe safety sail saint sake salad salary sale salmon salt salute same sample sand satellite satisfy sauce sausage
save say scale scan scandal scar scare scene scent schedule scheme scholar school science scope score scout scrap scratch scream
screen screw script sea seal search season seat second secret section sector secure security see seed seek seem segment seize
select self sell senate send senior sense sensor sentence separate sequence series serious servant serve server service session
set settle seven severe sew sex shade shadow shake shall shallow shame shape share shark sharp shed sheep sheer sheet shelf
shell shelter shield shift shine ship shirt shock shoe shoot shop shore short shot should shoulder shout show shower shrink shut
shy sick side siege sight sign signal silence silent silk silly silver similar simple since sing single sink sir sister site
situation six size skate sketch ski skill skin skip skirt skull sky slam slap slave sleep sleeve slice slide slight slim slip
slogan slope slot slow small smart smash smell smile smoke smooth snake snap snow soap soccer social society sock soft software
soil solar soldier sole solid solve some son song soon sophisticated sore sorrow sorry sort soul sound soup sour source south
sovereign space spare spark speak special species specific speech speed spell spend sphere spice spider spill spin spirit spite
split spoil spokesman sponsor spoon sport spot spouse spray spread spring spy squad square squeeze stab stable stadium staff
stage stain stair stake stall stamp stand standard star stare start starve state statement station statue status stay steady
steak steal steam steel steep steer stem step stick stiff still sting stir stock stomach stone stop store storm story stove
straight strain strand strange strap strategy straw stream street strength stress stretch strict strike string strip stroke strong
structure struggle student studio study stuff stupid style subject submit substance suburb succeed such sudden suffer sugar
suggest suit suite sum summer summit sun super supply support suppose suppress supreme sure surface surge surgeon surgery surplus
surprise surrender surround survey survive suspect suspend sustain swallow swamp swap swear sweat sweep sweet swell swift swim
swing switch sword symbol sympathy symptom syndrome system table tablet tackle tactic tail take tale talent talk tall tank tap
tape target task taste tax taxi tea teach team tear tease technique teenager telephone television tell temper temple temporary
tempt ten tenant tend tender tennis tension tent term terminal terrible terrific territory terror test testify text thank that
theater theft theme then theory therapy there thermal they thick thief thin thing think third thirst thirty thorough those though
thought thousand thread threat three threshold thrill throat throne through throw thumb thunder ticket tide tie tight tile till
timber time tin tiny tip tire tissue title toast tobacco today toe together toilet token told tolerate toll tomato ton tone
tongue tonight tool tooth top topic torch torture total touch tough tour tourist toward towel tower town toxic toy trace track
trade tradition traffic tragedy trail train trait transfer transform transit translate transmit transport trap trash trauma
travel tray treason treasure treat treaty tree tremble trench trend trial tribe tribunal tribute trick trigger trillion trip
triple triumph troop trophy trouble truck true truly trunk trust truth try tube tunnel turbine turn tutor twelve twenty twice
twin twist two type tyre ugly ultimate umbrella uncle under union unique unit unite unity universe university unknown unless
until up update upgrade uphold upon upper upset urban urge urgent use user usual utility utter vacation vaccine vacuum vague
vain valid valley value van vanish various vary vast vault vegetable vehicle veil vein venture venue verb verbal verdict verify
verse version vessel veteran via vice victim victory video view village violate violence virtual virtue virus visa visible
vision visit visual vital vivid vocal voice void volcano volume volunteer vote vow voyage vulnerable wage wagon wait wake walk
wall wallet wander want war ward warm warn warrant warrior wash waste watch water wave way weak wealth weapon wear weather
weave web wedding week weekend weep weigh weight weird welcome welfare well west wet whale what wheat wheel when where whether
which while whip whisper whistle white whole whom wide widow width wife wild will win wind window wine wing winner winter wipe
wire wisdom wise wish wit witch with withdraw within witness wolf woman wonder wood wooden wool word work world worm worry worse
worship worst worth would wound wrap wreck wrist write writer wrong yacht yard yeah year yell yellow yes yesterday yet yield young
youth zero zone
"""


@cache
def _stems() -> frozenset[str]:
    return frozenset(english.regular_stems(_WORDS.split()))


def is_ordinary(stem: str) -> bool:
    """Is this the stem of an ordinary English word, as far as is known here? Any thread may call this."""
    return stem in stopwords.ENGLISH or stem in _stems()
