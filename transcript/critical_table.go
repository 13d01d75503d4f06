package transcript

import "strings"

// set makes a lookup table of the words in a text.
func set(lists ...string) map[string]bool {
	m := map[string]bool{}
	for _, l := range lists {
		for _, w := range strings.Fields(l) {
			m[w] = true
		}
	}
	return m
}

// numberWords are said for numbers. "oh" is one only among others.
var numberWords = set(
	"zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
	"eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half quarter third",
	"thirds quarters twenties thirties forties fifties sixties seventies eighties nineties",
	"first second fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth",
	"sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth",
	"ninetieth hundredth once twice thrice",
)

// joiners go between the parts of one number or range.
var joiners = set("point over to by through minus")

// strongUnits measure something even without a number before them.
var strongUnits = set(
	"mg mcg µg μg ug kg ml cl dl cc iu meq mmol mosm mmhg cm mm bpm gtt cgy gy ma kv msv mci",
	"milligram milligrams microgram micrograms kilogram kilograms milliliter milliliters milliequivalent milliequivalents",
	"millimole millimoles millimeter millimeters centimeter centimeters percent %",
)

// units follow a number; alone they are ordinary words.
var afterNumber = set(
	"g gram grams l liter liters deciliter deciliters unit units m meter meters inch inches foot feet pound pounds lb lbs",
	"ounce ounces oz drop drops puff puffs tablet tablets tab tabs capsule capsules cap caps pill pills patch patches",
	"ampule ampules vial vials teaspoon teaspoons tablespoon tablespoons tsp tbsp degree degrees beats breaths",
	"second seconds sec minute minutes min hour hours hr hrs h day days d week weeks wk month months mo year years yr yrs",
	"times fold joules watts gray rads french gauge vials cells",
)

// frequencies say how often; their dots do not count.
var frequencies = set("daily nightly bid tid qid qd qod qhs prn hs stat weekly monthly hourly")

var negations = set(
	"no not none never nor neither without denies denied deny denying negative negatives absent absence cannot",
	"lack lacks lacking lacked nothing nowhere nobody non unable refuses refused declines declined except ruled",
)

var sides = set(
	"left right bilateral bilaterally unilateral unilaterally ipsilateral contralateral leftward rightward",
	"left-sided right-sided lefthand righthand leftsided rightsided",
)

// sideLetters are sides only in capitals.
var sideLetters = set("L R RUQ LUQ RLQ LLQ RUL RML RLL LUL LLL OD OS OU")
