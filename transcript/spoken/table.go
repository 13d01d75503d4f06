package spoken

import "strings"

// units are said in full after a number. Where one has no second form it stays
// as it is for one and for many.
var units = map[string][2]string{
	"mg": {"milligram", "milligrams"}, "mgs": {"milligram", "milligrams"},
	"mcg": {"microgram", "micrograms"}, "ug": {"microgram", "micrograms"}, "µg": {"microgram", "micrograms"},
	"kg": {"kilogram", "kilograms"}, "g": {"gram", "grams"}, "gm": {"gram", "grams"}, "gms": {"gram", "grams"}, "gram": {"gram", "grams"},
	"ng": {"nanogram", "nanograms"}, "lb": {"pound", "pounds"}, "lbs": {"pound", "pounds"}, "oz": {"ounce", "ounces"},
	"ml": {"milliliter", "milliliters"}, "mls": {"milliliter", "milliliters"}, "l": {"liter", "liters"}, "dl": {"deciliter", "deciliters"},
	"cc": {"c. c.", "c. c."}, "ccs": {"c. c.", "c. c."}, "cc's": {"c. c.", "c. c."},
	"mm": {"millimeter", "millimeters"}, "cm": {"centimeter", "centimeters"}, "cms": {"centimeter", "centimeters"},
	"m": {"meter", "meters"}, "km": {"kilometer", "kilometers"}, "ft": {"foot", "feet"},
	"mmhg": {"millimeters of mercury", "millimeters of mercury"}, "mm/hg": {"millimeters of mercury", "millimeters of mercury"},
	"meq": {"milliequivalent", "milliequivalents"}, "mmol": {"millimole", "millimoles"}, "iu": {"international unit", "international units"},
	"mhz": {"megahertz", "megahertz"}, "hz": {"hertz", "hertz"}, "khz": {"kilohertz", "kilohertz"}, "db": {"decibel", "decibels"},
	"bpm": {"beats per minute", "beats per minute"}, "hr": {"hour", "hours"}, "hrs": {"hour", "hours"}, "h": {"hour", "hours"},
	"min": {"minute", "minutes"}, "mins": {"minute", "minutes"}, "sec": {"second", "seconds"}, "secs": {"second", "seconds"}, "s": {"second", "seconds"},
	"ms": {"millisecond", "milliseconds"}, "msec": {"millisecond", "milliseconds"},
	"yr": {"year", "years"}, "yrs": {"year", "years"}, "wk": {"week", "weeks"}, "wks": {"week", "weeks"}, "mo": {"month", "months"},
	"mv": {"millivolt", "millivolts"}, "ma": {"milliamp", "milliamps"}, "cgy": {"centigray", "centigray"}, "gy": {"gray", "gray"},
	"f": {"fahrenheit", "fahrenheit"}, "c": {"celsius", "celsius"}, "fr": {"french", "french"}, "ppd": {"packs per day", "packs per day"},
	"%": {"percent", "percent"}, "°": {"degrees", "degrees"}, "k": {"thousand", "thousand"},
}

// per names units that come after a slash: "mg/dL", "beats/min".
var per = map[string]string{
	"dl": "deciliter", "l": "liter", "ml": "milliliter", "kg": "kilogram", "hr": "hour", "h": "hour", "hour": "hour",
	"min": "minute", "minute": "minute", "day": "day", "d": "day", "week": "week", "sec": "second", "s": "second", "cc": "c. c.",
	"mm3": "cubic millimeter", "hpf": "high power field", "m2": "meter squared", "mm": "millimeter", "cm": "centimeter", "hg": "mercury",
}

// abbreviations are said in full. They are looked up without case, with their
// point where they have one.
var abbreviations = map[string]string{
	"dr.": "doctor", "dr": "doctor", "drs.": "doctors", "mr.": "mister", "mr": "mister", "mrs.": "missus", "mrs": "missus", "ms.": "miss", "ms": "miss",
	"st.": "saint", "jr.": "junior", "sr.": "senior", "vs.": "versus", "vs": "versus", "etc.": "et cetera", "etc": "et cetera",
	"approx.": "approximately", "dept.": "department", "no.": "number", "pt.": "patient", "pt": "patient", "pts": "patients", "wt.": "weight", "wt": "weight", "ht.": "height", "ht": "height",
	"ext.": "extension", "temp.": "temperature", "resp.": "respirations", "neuro.": "neuro", "inc.": "incorporated", "ave.": "avenue",
	"jan.": "january", "feb.": "february", "mar.": "march", "apr.": "april", "aug.": "august", "sept.": "september", "oct.": "october", "nov.": "november", "dec.": "december",
	"fx": "fracture", "in.": "inches", "ft.": "feet", "hx": "history", "w/": "with", "w/o": "without", "s/p": "status post", "c/o": "complains of", "h/o": "history of", "y/o": "year old", "yo": "year old",
	"and/or": "and or", "he/she": "he or she", "his/her": "his or her",
	"i.e.": "i. e.", "e.g.": "e. g.", "h&p": "h. and p.", "h&h": "h. and h.", "d&c": "d. and c.", "i&d": "i. and d.", "p&a": "p. and a.", "t&a": "t. and a.", "a&o": "alert and oriented",
}

// titles never end a sentence.
var titles = set("dr. mr. mrs. ms. drs. st. vs. no. approx. pt.")

// asWords are abbreviations in capitals that are read as words.
var asWords = set("dx mac gerd aids leep turp dexa flair spect pet lasik perrla perrl nstemi stemi micu nicu picu stat hipaa soap cat mash nash roux ards laser nafld ok")

// asLetters are read letter by letter although they look like words.
var asLetters = set("heent iv ed ent icu er ekg ecg emg eeg egd ercp uti ua uri lad rca aaa bun ana anc adl adls asa abg ace ada afb aicd aids ama bipap " +
	"cabg pca pac pva pvi po pe pae ct cta mri mra us lle rle rue lue ruq luq llq rlq ivp iud iol im io eob eom eomi eoms bmi bid tid qid od os ou ad as la ra rv lv lva lvef ef " +
	"nad nkda nka jvd jvp pmh psh pmi pi pa ap op or obgyn ob gyn hiv hpi hcg hdl ldl alt ast inr ptt afi aed acl pcl mcl fev iop dvt copd chf cad cva tia mi pvc pcp ptsd adhd bph psa gi gu ros dna rna usa ivc svc iabp ibd ibs ige")

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// greek and other signs that are said.
var signs = map[string]string{
	"+": "plus", "&": "and", "=": "equals", "<": "less than", ">": "greater than", "@": "at", "$": "dollars", "~": "approximately",
	"°": "degrees", "%": "percent", "±": "plus or minus", "≤": "less than or equal to", "≥": "greater than or equal to", "α": "alpha", "β": "beta", "γ": "gamma", "µ": "micro", "#": "number",
}

// plain writes typographic characters as plain ones.
var plain = strings.NewReplacer(
	"’", "'", "‘", "'", "“", "\"", "”", "\"", "–", "-", "—", " - ", "−", "-", "…", " ", "\u00a0", " ", "\r", "",
	"½", " 1/2", "¼", " 1/4", "¾", " 3/4", "²", "2", "³", "3", "×", "x", "º", "°", "\t", " ", "--", " - ",
)

var months = strings.Fields("- january february march april may june july august september october november december")

var fractions = map[string]string{
	"1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters",
}
