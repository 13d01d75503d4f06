package transcript

import "strings"

// counted is the unit that a number counts.
type counted struct {
	text   string // how it is written; "" as it was said
	metric bool   // fractions of it are decimals
	dose   bool   // no zero may end a decimal before it (Joint Commission, "Do Not Use" list)
	soft   bool   // "one" before it stays a word
	one    bool   // said in the singular
	joined string // "%": follows the number without a space
}

// pairs makes a table of "key=value" words.
func pairs(lists ...string) map[string]string {
	m := map[string]string{}
	for _, l := range lists {
		for _, w := range strings.Fields(l) {
			k, v, _ := strings.Cut(w, "=")
			m[k] = v
		}
	}
	return m
}

// metricUnits are written short after a number. The letters "u" and "µ" are
// never written (Joint Commission, ISMP).
var metricUnits = pairs(
	"milligram=mg milligrams=mg mg=mg mgs=mg microgram=mcg micrograms=mcg mcg=mcg gram=g grams=g kilogram=kg kilograms=kg kg=kg",
	"milliliter=mL milliliters=mL millilitre=mL millilitres=mL ml=mL deciliter=dL deciliters=dL",
	"centimeter=cm centimeters=cm centimetre=cm centimetres=cm cm=cm millimeter=mm millimeters=mm millimetre=mm millimetres=mm mm=mm",
	"milliequivalent=mEq milliequivalents=mEq meq=mEq millimole=mmol millimoles=mmol cc=cc ccs=cc millicuries=mCi centigray=cGy",
)

// doseUnits are those of medicines.
var doseUnits = set("mg mcg g mL mEq mmol cc")

// letterUnits are units said by their letters.
var letterUnits = pairs("cc=cc mg=mg ml=mL cm=cm mm=mm kg=kg")

// figureUnits ask for figures and are written as they are said.
var figureUnits = set(
	"unit units liter liters litre litres pound pounds inch inches feet ounce ounces degree degrees meter meters",
	"millisecond milliseconds joules watts beats breaths o'clock",
)

// softUnits ask for figures from two on: "one day", "2 days".
var softUnits = set(
	"day days week weeks month months year years hour hours minute minutes seconds tablet tablets capsule capsules",
	"drop drops puff puffs teaspoon teaspoons tablespoon tablespoons pack packs dose doses cycle cycles",
)

// perUnits are written after a slash: "mg/dL"; others stay: "mL per hour".
var perUnits = pairs("deciliter=dL liter=L litre=L kilogram=kg milliliter=mL")

// portions are what a dose is divided in: "one fifty milligram tablet" may be
// one tablet of fifty.
var portions = set("tablet tablets tab tabs capsule capsules pill pills dose doses bottle bottles bag bags patch patches vial vials syringe syringes bolus boluses puff puffs drop drops ampule ampules amp amps")

// counting words come after a number of times or of pieces.
var counting = set("every times inhalation inhalations twice once each")

// shortUnits are those before which "one fifty" is surely 150: said in the
// plural, and of things that nobody counts by the piece, as screws are.
var shortUnits = set("milligrams micrograms milliliters units pounds milliequivalents cc c. c degrees beats joules")

// taken words come before a count: "take two fifty milligrams" may be two of fifty.
var taken = set("take takes taking took give gives giving gave given use uses dispense swallow")

// readings are named before a number that can only be one above a hundred:
// "glucose one forty".
var readings = set(
	"pressure systolic pulse rate weight weighs weighed glucose sugar sugars sodium chloride cholesterol triglycerides",
	"ldl platelet platelets phosphatase ldh ast alt cpk ferritin tachycardic",
)

// countedWords come before a number in figures however small.
var countedWords = set("gravida para abortus type level size number gleason apgar apgars")

// laboratory words come before a value in figures however small.
var laboratory = set(
	"potassium creatinine inr calcium magnesium phosphorus bun albumin bilirubin hemoglobin troponin lactate tsh protein glucose",
	"sodium chloride bicarbonate wbc rbc ph ferritin lipase amylase psa",
)

// identifiers are named before digits said one by one.
var identifiers = set("mrn record account extension pager phone telephone fax accession zip policy ssn id security cell")

// telephones are identifiers with hyphens in them.
var telephones = set("pager phone telephone fax cell")

// gauzes are sold by two sides.
var gauzes = set("gauze gauzes sponge sponges dressing dressings pad pads")

// sutures are threads, and how they are set. Their sizes are said "three oh".
var sutures = set(
	"vicryl prolene monocryl nylon silk ethilon chromic pds ethibond maxon dexon caprosyn surgilon stratafix quill",
	"mersilene tevdek ticron monosof gut plain biosyn polysorb surgipro novafil dermalon gore-tex suture sutures",
	"absorbable nonabsorbable interrupted running polypropylene polyglactin polydioxanone tie ties stitch stitches steel wire",
)

// beforeNakedPoint lists words after which "point five" is a number: others
// may name a point in space or time.
var beforeNakedPoint = set(
	"of to with by was is were are than about approximately only took take takes taking received receive gave given giving",
	"measuring measures measured least most from dose and or at xanax alprazolam ativan lorazepam klonopin clonazepam digoxin lanoxin",
	"synthroid levothyroxine risperdal risperidone colchicine haldol haloperidol clonidine catapres dilaudid hydromorphone",
	"atropine epinephrine cogentin dexamethasone estrace premarin",
)

// nameTitles are titles before a name.
var nameTitles = pairs("doctor=Dr. mister=Mr. missus=Mrs.")

// beforeNoTitle and afterNoTitle list words beside which "doctor" is no title.
var beforeNoTitle = set(
	"the a an my his her their our your this that another each every any no some which other same said",
	"primary family referring attending eye emergency consulting foot covering private medical local new previous regular",
)

var afterNoTitle = set(
	"was is are were has had have said says who that which at in on to for and or of will would did does today visit visits",
	"appointment appointments immediately here there if when as with from by about not office recommended told felt thought patient",
)

var monthNames = set(
	"january february march april may june july august september october november december",
)

// calendarNames are capitalised wherever they stand; "may", "march" and "august"
// are words too.
var calendarNames = set(
	"january february april june july september october november december",
	"monday tuesday wednesday thursday friday saturday sunday",
)

// beforeMonth words come before a month that is also a verb.
var beforeMonth = set("on in since until of by from last this next early late through before after dated")

// beforeYear words come before a year of this century said in pairs.
var beforeYear = set("in since until during before after")

// bacteria are species after an initial: "e. coli".
var bacteria = set(
	"coli difficile diff aureus pneumoniae pylori influenzae aeruginosa faecalis faecium epidermidis pyogenes agalactiae",
	"catarrhalis mirabilis marcescens cloacae burgdorferi tuberculosis albicans trachomatis gonorrhoeae fragilis meningitidis",
)

// letterWords are letters with a written form of their own. "q d" and "q o d"
// are on the Joint Commission's "Do Not Use" list and are written out.
var letterWords = pairs(
	"bid=b.i.d. tid=t.i.d. qid=q.i.d. prn=p.r.n. po=p.o. qhs=q.h.s. qam=q.a.m. qpm=q.p.m. hs=h.s. qd=daily qod=every_other_day",
	"iv=IV im=IM ie=i.e. eg=e.g. md=M.D. do=D.O.",
)

// letterNumbers are letters with a number of their own.
var letterNumbers = pairs(
	"o2=O2 co2=CO2 po2=PO2 pco2=PCO2 pao2=PaO2 paco2=PaCO2 spo2=SpO2 sao2=SaO2 fio2=FiO2 cd4=CD4 cd8=CD8 fev1=FEV1",
	"ft4=FT4 jr4=JR4 jl4=JL4",
)

// romanAfter are words whose numbers are Roman.
var romanAfter = set("grade stage class axis factor lead phase")

// arabicGrades are words near "grade" that make it an Arabic one.
var arabicGrades = set("gleason murmur school")

// notSpine are nouns that make "l four" no vertebra: "hepatitis c two ...".
var notSpine = set("hepatitis vitamin protein cystatin group class type grade stage plan part section")

// decades are said in the plural of tens.
var decades = pairs("twenties=20s thirties=30s forties=40s fifties=50s sixties=60s seventies=70s eighties=80s nineties=90s")

var ordinals = map[string]int64{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
	"tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
	"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
	"fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90,
}

// fractions gives what the names of parts divide by.
var fractions = map[string]int64{
	"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
	"fifths": 5, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8, "sixteenth": 16, "sixteenths": 16,
}
