package check_test

import (
	"fmt"
	"strconv"
	"strings"
)

// medicine is a drug as authors dictate it. The list is drawn up apart from the
// checker's table: names as they are said, doses as they are common. About one
// in fourteen is unknown to the table, as in sample notes.
type medicine struct {
	name, unit, doses, purpose string
	twin                       string // a name it is taken for
}

var medicines = []medicine{
	{"lisinopril", "mg", "5 10 20 40", "hypertension", ""}, {"Norvasc", "mg", "5 10", "high blood pressure", ""},
	{"amlodipine", "mg", "2.5 5 10", "hypertension", "amiloride"}, {"metoprolol tartrate", "mg", "25 50 100", "rate control", ""},
	{"hydralazine", "mg", "25 50", "hypertension", "hydroxyzine"}, {"hydroxyzine", "mg", "25 50", "itching", "hydralazine"},
	{"clonidine", "mg", "0.1 0.2", "hypertension", "clonazepam"}, {"clonazepam", "mg", "0.5 1", "panic disorder", "clonidine"},
	{"Celebrex", "mg", "200", "osteoarthritis", "Celexa"}, {"Celexa", "mg", "20 40", "depression", "Celebrex"},
	{"glipizide", "mg", "5 10", "diabetes", ""}, {"metformin", "mg", "500 850 1000", "diabetes", "metronidazole"},
	{"metronidazole", "mg", "500", "bacterial vaginosis", "metformin"}, {"tramadol", "mg", "50", "pain", "trazodone"},
	{"trazodone", "mg", "50 100", "insomnia", "tramadol"}, {"bupropion", "mg", "150 300", "depression", "buspirone"},
	{"buspirone", "mg", "10 15", "anxiety", "bupropion"}, {"lamotrigine", "mg", "100 200", "seizures", "lamivudine"},
	{"Lamictal", "mg", "100 200", "epilepsy", "Lamisil"}, {"Zantac", "mg", "150", "reflux", "Xanax"},
	{"Zyprexa", "mg", "5 10", "schizophrenia", "Zyrtec"}, {"Zyrtec", "mg", "10", "hay fever", "Zyprexa"},
	{"Seroquel", "mg", "100 200", "bipolar disorder", ""}, {"risperidone", "mg", "1 2", "psychosis", "ropinirole"},
	{"guaifenesin", "mg", "600", "chest congestion", "guanfacine"}, {"Prilosec", "mg", "20 40", "heartburn", "Prozac"},
	{"Prozac", "mg", "20 40", "major depression", "Prilosec"}, {"Diflucan", "mg", "150", "thrush", ""},
	{"Topamax", "mg", "50 100", "migraines", "Toprol-XL"}, {"Fosamax", "mg", "70", "osteoporosis", "Flomax"},
	{"Flomax", "mg", "0.4", "benign prostatic hyperplasia", "Fosamax"}, {"Zocor", "mg", "20 40", "high cholesterol", "Cozaar"},
	{"Cozaar", "mg", "50 100", "hypertension", "Zocor"}, {"levothyroxine", "mcg", "50 75 88 112 125", "hypothyroidism", ""},
	{"Synthroid", "mcg", "100 137", "hypothyroidism", ""}, {"digoxin", "mg", "0.125 0.25", "atrial fibrillation", ""},
	{"warfarin", "mg", "2.5 5 7.5", "atrial fibrillation", ""}, {"furosemide", "mg", "20 40 80", "edema", ""},
	{"Lasix", "mg", "40", "congestive heart failure", ""}, {"potassium chloride", "mEq", "10 20 40", "hypokalemia", ""},
	{"atorvastatin", "mg", "20 40 80", "hyperlipidemia", ""}, {"Crestor", "mg", "10 20", "hyperlipidemia", ""},
	{"carvedilol", "mg", "6.25 12.5 25", "heart failure", ""}, {"spironolactone", "mg", "25 50", "heart failure", ""},
	{"Eliquis", "mg", "2.5 5", "atrial fibrillation", ""}, {"clopidogrel", "mg", "75", "coronary artery disease", ""},
	{"aspirin", "mg", "81 325", "coronary artery disease", ""}, {"gabapentin", "mg", "300 600", "neuropathy", ""},
	{"Lyrica", "mg", "75 150", "neuropathic pain", ""}, {"oxycodone", "mg", "5 10", "pain", ""},
	{"hydrocodone", "mg", "5 10", "pain", ""}, {"morphine", "mg", "2 4", "pain", ""}, {"fentanyl", "mcg", "25 50 100", "pain", ""},
	{"ibuprofen", "mg", "400 600 800", "pain", ""}, {"acetaminophen", "mg", "500 650", "fever", ""},
	{"pantoprazole", "mg", "40", "gastroesophageal reflux", ""}, {"famotidine", "mg", "20 40", "heartburn", ""},
	{"ondansetron", "mg", "4 8", "nausea", ""}, {"prednisone", "mg", "10 20 40", "COPD exacerbation", ""},
	{"dexamethasone", "mg", "4 6", "cerebral edema", ""}, {"levofloxacin", "mg", "500 750", "pneumonia", ""},
	{"azithromycin", "mg", "250 500", "bronchitis", ""}, {"doxycycline", "mg", "100", "cellulitis", ""},
	{"ceftriaxone", "g", "1 2", "pneumonia", ""}, {"cefazolin", "g", "1 2", "prophylaxis", ""},
	{"vancomycin", "g", "1 1.25", "bacteremia", ""}, {"Keflex", "mg", "500", "cellulitis", ""},
	{"amoxicillin", "mg", "500 875", "sinusitis", ""}, {"Bactrim", "mg", "800", "urinary tract infection", ""},
	{"insulin glargine", "units", "10 18 24 30", "diabetes", ""}, {"Lantus", "units", "12 20 40", "diabetes", ""},
	{"Humalog", "units", "4 6 8", "diabetes", ""}, {"heparin", "units", "5,000", "DVT prophylaxis", ""},
	{"Lovenox", "mg", "40 80", "DVT prophylaxis", ""}, {"lorazepam", "mg", "0.5 1", "anxiety", ""},
	{"zolpidem", "mg", "5 10", "insomnia", ""}, {"Lexapro", "mg", "10 20", "anxiety", ""}, {"sertraline", "mg", "50 100", "depression", ""},
	{"allopurinol", "mg", "100 300", "gout", ""}, {"montelukast", "mg", "10", "asthma", ""}, {"tizanidine", "mg", "4", "muscle spasm", "tiagabine"},
	{"cyclobenzaprine", "mg", "5 10", "muscle spasms", ""}, {"Keppra", "mg", "500 750", "seizure disorder", ""},
	{"sumatriptan", "mg", "50 100", "migraine", "sitagliptin"}, {"Januvia", "mg", "50 100", "type 2 diabetes", ""},
	{"Aricept", "mg", "5 10", "dementia", "AcipHex"}, {"losartan", "mg", "25 50 100", "hypertension", ""},
	{"mirabegron", "mg", "25 50", "overactive bladder", ""}, {"tofacitinib", "mg", "5", "rheumatoid arthritis", ""},
	{"dolutegravir", "mg", "50", "HIV", ""}, {"apremilast", "mg", "30", "psoriasis", ""}, {"ivabradine", "mg", "5", "heart failure", ""},
	{"deutetrabenazine", "mg", "6", "chorea", ""}, {"Entresto", "mg", "49", "heart failure", ""},
}

// medLine dictates one medicine.
func (m *maker) medLine(verb string, purpose float64) {
	d := medicines[m.r.IntN(len(medicines))]
	for m.allergy.forbids(d.name) {
		d = medicines[m.r.IntN(len(medicines))]
	}
	m.medicine(d, verb, purpose)
}

func (m *maker) medicine(d medicine, verb string, purpose float64) {
	dose := m.one(strings.Fields(d.doses)...)
	m.say(verb)
	twin := d.twin
	if twin == "" {
		twin = d.name
	}
	m.slot(plantTwin, d.name, twin, 0.7)
	m.say(m.one(" ", " ", " ", ", "))
	m.slot(plantDose, m.num(dose), m.num(tenfold(dose)), 0.5)
	m.say(" ")
	m.slot(plantUnit, m.unit(d.unit), m.unit(wrongUnit(d.unit)), 0.5)
	m.say(m.one(" ", " p.o. ", " by mouth ", " "), m.one("daily", "b.i.d.", "twice a day", "t.i.d.", "at bedtime", "every 8 hours", "q.h.s.", "once a day"))
	if m.chance(purpose) {
		m.say(" for ", d.purpose)
	}
}

func tenfold(dose string) string {
	v, _ := strconv.ParseFloat(strings.ReplaceAll(dose, ",", ""), 64)
	return strconv.FormatFloat(v*10, 'f', -1, 64)
}

func wrongUnit(u string) string {
	return map[string]string{"mg": "mcg", "mcg": "mg", "g": "mg", "units": "mg", "mEq": "mg"}[u]
}

// allergyCase is what the patient does not bear.
type allergyCase struct {
	told   string   // as the note tells it; empty for none
	drugs  []string // none of these is given in a clean note
	danger medicine // given in a planted one
}

func (a allergyCase) forbids(name string) bool {
	for _, d := range a.drugs {
		if d == name {
			return true
		}
	}
	return false
}

var allergyCases = []allergyCase{
	{"penicillin", []string{"amoxicillin", "Keflex", "cefazolin", "ceftriaxone"}, medicine{"amoxicillin", "mg", "500 875", "sinusitis", ""}},
	{"amoxicillin", []string{"amoxicillin", "Keflex", "cefazolin", "ceftriaxone"}, medicine{"Augmentin", "mg", "875", "bronchitis", ""}},
	{"sulfa drugs", []string{"Bactrim", "Celebrex", "furosemide", "Lasix"}, medicine{"Bactrim", "mg", "800", "a urinary tract infection", ""}},
	{"codeine", []string{"oxycodone", "hydrocodone", "morphine", "fentanyl", "tramadol"}, medicine{"codeine", "mg", "30", "cough", ""}},
	{"aspirin", []string{"aspirin", "ibuprofen", "Celebrex"}, medicine{"aspirin", "mg", "81", "coronary artery disease", ""}},
	{"NSAIDs", []string{"aspirin", "ibuprofen", "Celebrex"}, medicine{"naproxen", "mg", "500", "back pain", ""}},
	{"Cipro", []string{"levofloxacin"}, medicine{"Levaquin", "mg", "500", "pneumonia", ""}},
	{"erythromycin", []string{"azithromycin"}, medicine{"clarithromycin", "mg", "500", "bronchitis", ""}},
	{"Keflex", []string{"Keflex", "cefazolin", "ceftriaxone", "amoxicillin"}, medicine{"cefazolin", "g", "1", "prophylaxis", ""}},
	{"ACE inhibitors", []string{"lisinopril"}, medicine{"enalapril", "mg", "10", "hypertension", ""}},
	{"morphine", []string{"morphine", "oxycodone", "hydrocodone", "fentanyl"}, medicine{"morphine", "mg", "4", "pain", ""}},
	{"tetracycline", []string{"doxycycline"}, medicine{"doxycycline", "mg", "100", "cellulitis", ""}},
	{"vancomycin", []string{"vancomycin"}, medicine{"vancomycin", "g", "1", "bacteremia", ""}},
	{"latex", nil, medicine{}}, {"", nil, medicine{}}, {"", nil, medicine{}},
}

func (m *maker) pickAllergy() allergyCase {
	a := allergyCases[m.r.IntN(len(allergyCases))]
	if a.told != "" && m.chance(0.6) {
		m.in.Patient.Allergies = []string{a.told}
	}
	return a
}

// allergies dictates the allergies.
func (m *maker) allergies() {
	told := m.allergy.told
	if told == "" {
		m.say(m.one("ALLERGIES: None known.\n\n", "ALLERGIES: No known drug allergies.\n\n", "ALLERGIES: NKDA.\n\n"))
		return
	}
	right := m.one(told, told+", which causes a rash", "Allergic to "+told)
	m.say("ALLERGIES: ")
	if len(m.in.Patient.Allergies) > 0 && m.allergy.danger.name != "" {
		m.slot(plantAllergy, right, m.one("None", "No known drug allergies", "NKDA"), 0)
	} else {
		m.say(right)
	}
	m.say(".\n\n")
}

// given dictates a treatment that goes against the allergy, when planted.
func (m *maker) given(verb string) {
	d := m.allergy.danger
	if d.name == "" {
		return
	}
	safe := m.one("acetaminophen", "Tylenol")
	dose := m.one(strings.Fields(d.doses)...)
	m.say(verb)
	m.slot(plantAllergy, fmt.Sprintf("%s %s %s every 6 hours", safe, m.num("650"), m.unit("mg")),
		fmt.Sprintf("%s %s %s daily", d.name, m.num(dose), m.unit(d.unit)), 0)
	m.say(m.one("", " for comfort", ""), ". ")
}
