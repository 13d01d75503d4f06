package check_test

import (
	"fmt"
	"strings"
)

// deny dictates that there is no finding; planted, the negation is lost.
func (m *maker) deny(finding string) {
	switch m.r.IntN(5) {
	case 0:
		m.say(m.He(), " ")
		m.slot(plantNegation, "denies ", m.one("has ", "reports "), 1)
		m.say(finding, ". ")
	case 1:
		m.say("There is ")
		m.slot(plantNegation, "no ", "", 1)
		m.say(finding, ". ")
	case 2:
		m.say(m.He(), " ")
		m.slot(plantNegation, "has not had ", "has had ", 1)
		m.say(finding, ". ")
	case 3:
		m.say(m.He(), " has been ")
		m.slot(plantNegation, "without ", "with ", 1)
		m.say(finding, ". ")
	default:
		m.slot(plantNegation, "No ", "", 1)
		m.say(finding, m.one(" today. ", ". ", " at this time. "))
	}
}

// admit dictates that there is a finding; planted, it is denied.
func (m *maker) admit(finding string) {
	m.say(m.one("The patient ", m.He()+" "))
	m.slot(plantNegation, m.one("has ", "reports ", "complains of "), m.one("has no ", "denies "), 1)
	m.say(finding, fmt.Sprintf(" for the past %s %s. ", m.num(fmt.Sprint(m.between(2, 9))), m.one("days", "weeks", "months")))
}

var complaints = []string{"chest pain", "shortness of breath", "abdominal pain", "low back pain", "dizziness", "headaches", "nausea",
	"palpitations", "cough", "fatigue", "blurred vision", "knee stiffness", "trouble sleeping"}

var negatives = []string{"fever", "chills", "vomiting", "diarrhea", "weight loss", "dysuria", "hematuria", "syncope", "orthopnea",
	"calf tenderness", "melena", "numbness", "tingling", "double vision", "skin changes", "neck stiffness", "hemoptysis", "joint redness"}

func (m *maker) story(main string) {
	m.chat(m.between(3, 6))
	m.admit(main)
	if m.chance(0.6) {
		m.say(fmt.Sprintf("%s rates it as %s out of %s. ", m.He(), m.num(fmt.Sprint(m.between(2, 9))), m.num("10")))
	}
	for range m.between(1, 3) {
		m.deny(m.one(negatives...))
	}
	if m.chance(0.5) {
		m.say("It is worse with activity and better with rest. ")
	}
	if m.chance(0.3) {
		m.say(m.one("His", "Her"), m.one(" mother", " brother"), " had diabetes. ")
	}
}

func (m *maker) review(main string) {
	m.say("REVIEW OF SYSTEMS: ")
	if m.chance(0.35) {
		m.say("Positive for ", main, ". ")
	}
	a, b, c := m.r.Perm(len(negatives)), m.one("Negative for ", "Denies ", "No "), m.one(" or ", " and ")
	m.slot(plantNegation, b, "Positive for ", 1)
	m.say(negatives[a[0]], ", ", negatives[a[1]], c, negatives[a[2]], ".\n\n")
}

// figure dictates a value; planted, it is misheard.
func (m *maker) figure(name, right, wrong, unit string) {
	m.say(name, m.one(" ", " is ", " of ", " was "))
	m.slot(plantNumber, m.num(right), m.num(wrong), 1)
	m.say(unit)
}

func (m *maker) vitals() {
	m.say(m.one("VITAL SIGNS: ", "PHYSICAL EXAMINATION: Vital signs: "))
	sys, dia := m.between(104, 168), m.between(58, 96)
	m.say(m.one("Blood pressure ", "BP "))
	over := "/"
	if m.spoken {
		over = " over "
	}
	m.slot(plantNumber, m.num(fmt.Sprint(sys))+over+m.num(fmt.Sprint(dia)),
		m.one(m.num(fmt.Sprint(sys/10))+over+m.num(fmt.Sprint(dia)), m.num(fmt.Sprint(sys))+over+m.num(fmt.Sprint(dia*10)),
			m.num(fmt.Sprint(sys+20))+over+m.num(fmt.Sprint(dia))), 1)
	m.say(", ")
	hr := m.between(56, 104)
	m.figure(m.one("pulse", "heart rate"), fmt.Sprint(hr), fmt.Sprint(hr*10), ", ")
	rr := m.one("12", "14", "16", "18")
	m.figure("respiratory rate", rr, fmt.Sprint(rr[1:], "0"), ", ")
	m.figure("temperature", fmt.Sprintf("9%d.%d", m.between(7, 9), m.between(0, 9)), fmt.Sprintf("%d", m.between(60, 79)), ". ")
	if m.chance(0.5) {
		o := m.between(92, 99)
		m.figure(m.one("Oxygen saturation", "O2 saturation"), fmt.Sprint(o), fmt.Sprint(o-80), m.one("% on room air. ", " percent on room air. "))
	}
	m.say("\n\n")
}

func (m *maker) labs() {
	m.say(m.one("LABORATORY DATA: ", "LABS: "))
	k := fmt.Sprintf("%d.%d", m.between(3, 5), m.between(1, 9))
	m.figure("Sodium", fmt.Sprint(m.between(131, 146)), fmt.Sprint(m.between(11, 19)), ", ")
	m.figure("potassium", k, strings.ReplaceAll(k, ".", ""), ", ")
	cr := fmt.Sprintf("%d.%d", m.between(0, 1), m.between(6, 9))
	m.figure("creatinine", cr, strings.TrimLeft(strings.ReplaceAll(cr, ".", ""), "0")+"0", ". ")
	hb := fmt.Sprintf("%d.%d", m.between(9, 15), m.between(1, 9))
	m.figure("Hemoglobin", hb, strings.ReplaceAll(hb, ".", ""), ", ")
	wbc := fmt.Sprintf("%d.%d", m.between(4, 14), m.between(1, 9))
	m.figure(m.one("white count", "WBC"), wbc, fmt.Sprint(m.between(4, 14)), ". ")
	if m.chance(0.5) {
		g := m.between(86, 240)
		m.figure("Glucose", fmt.Sprint(g), fmt.Sprint(g+100), ". ")
	}
	m.say("\n\n")
}

// teen dictates a count that is easily misheard.
func (m *maker) teen(before, after string) {
	pairs := [][2]string{{"13", "30"}, {"14", "40"}, {"15", "50"}, {"16", "60"}, {"18", "80"}, {"19", "90"}}
	p := pairs[m.r.IntN(len(pairs))]
	if m.chance(0.5) {
		p[0], p[1] = p[1], p[0]
	}
	m.say(before)
	m.slot(plantNumber, m.num(p[0]), m.num(p[1]), 1)
	m.say(after)
}

// past dictates a day that lies in the past.
func (m *maker) past(before, after string, daysAgo int) {
	t := today.AddDate(0, 0, -daysAgo)
	wrong := t.AddDate(m.between(1, 9), 0, 0) // to come
	if !wrong.After(today) {
		wrong = wrong.AddDate(10, 0, 0)
	}
	w, heard := m.date(wrong), 0.5
	switch v := m.r.Float64(); {
	case v < 0.35: // no such day
		w = fmt.Sprintf("%d/%d/%d", m.between(1, 12), m.between(32, 39), t.Year())
		if m.spoken || m.chance(0.4) {
			w = fmt.Sprintf("February 30, %d", t.Year())
		}
	case v < 0.5: // merely another day, misheard
		w, heard = m.date(t.AddDate(0, 0, -m.between(10, 300))), 1
	}
	m.say(before)
	m.slot(plantDate, m.date(t), w, heard)
	m.say(after)
}

func (m *maker) intro() {
	age := today.Year() - m.in.Patient.BirthDate.Year()
	if m.in.Patient.BirthDate.YearDay() > today.YearDay() {
		age--
	}
	year := "-year-old "
	if m.spoken {
		year = " year old "
	}
	m.say(m.one("The patient is a ", "This is a "), m.num(fmt.Sprint(age)), year, m.sex(m.one("man", "gentleman", "male"), m.one("woman", "female", "lady")))
	m.say(m.one(" who presents for evaluation. ", " seen today. ", " with several complaints. "))
}

func (m *maker) historyAndPhysical() {
	kind := "a history and physical"
	if m.in.Worktype == "consultation" {
		kind = "a consultation"
	}
	main := m.one(complaints...)
	m.header(kind)
	m.say(m.one("CHIEF COMPLAINT: ", "REASON FOR CONSULTATION: "), strings.ToUpper(main[:1]), main[1:], ".\n\nHISTORY OF PRESENT ILLNESS: ")
	m.intro()
	m.story(main)
	m.past(m.one("Symptoms began on ", m.He()+" was last seen on "), ". ", m.between(20, 700))
	m.say("\n\nPAST MEDICAL HISTORY: Hypertension and osteoarthritis.\n\nMEDICATIONS:\n")
	for i := range m.between(3, 6) {
		m.medLine(fmt.Sprintf("%d. ", i+1), 0.35)
		m.say(".\n")
	}
	m.say("\n")
	m.allergies()
	m.review(main)
	m.vitals()
	m.exam()
	m.labs()
	m.say("ASSESSMENT AND PLAN: ")
	m.medLine("We will start ", 0.8)
	m.say(". ")
	m.given("For pain we will give ")
	m.teen("Return in ", m.one(" days. ", " days or sooner if worse. "))
}

func (m *maker) exam() {
	m.say(m.one("PHYSICAL EXAMINATION: ", "EXAMINATION: "), "Lungs are clear. Heart is regular. ")
	m.chat(m.between(3, 7))
	m.deny(m.one("edema", "murmur", "guarding", "cyanosis", "rash", "jugular venous distention"))
	m.say(m.one("Abdomen is soft. ", "Neurologic examination is nonfocal. "), "\n\n")
}

type operation struct{ part, disease, name string }

var operations = []operation{
	{"knee", "medial meniscus tear", "arthroscopy with partial meniscectomy"}, {"hip", "osteoarthritis", "total hip arthroplasty"},
	{"shoulder", "rotator cuff tear", "arthroscopic repair"}, {"breast", "mass", "excisional biopsy"},
	{"inguinal", "hernia", "herniorrhaphy"}, {"ankle", "fracture", "open reduction and internal fixation"},
	{"eye", "cataract", "phacoemulsification"}, {"wrist", "carpal tunnel syndrome", "carpal tunnel release"},
	{"foot", "bunion", "bunionectomy"}, {"elbow", "olecranon bursitis", "bursectomy"}, {"kidney", "stone", "lithotripsy"},
}

// sided dictates the side of a part; planted, it is the other one.
func (m *maker) sided(before, after string) {
	m.say(before)
	heard := 0.5
	m.slot(plantSide, m.side(), m.off(), heard)
	m.say(after)
}

func (m *maker) operative() {
	o := operations[m.r.IntN(len(operations))]
	m.header(m.one("an operative report", "an operative note"))
	m.past("DATE OF PROCEDURE: ", ".\n\n", m.between(0, 3))
	if m.chance(0.6) {
		m.in.Procedure = m.side() + " " + o.part + " " + o.name
	}
	title := func(before string) { m.sided(before, " "+o.part+" "+o.disease+".\n\n") }
	title("PREOPERATIVE DIAGNOSIS: ")
	title("POSTOPERATIVE DIAGNOSIS: ")
	m.sided("PROCEDURE: ", " "+o.part+" "+o.name+".\n\n")
	m.say("INDICATIONS: ")
	m.intro()
	m.sided("There has been trouble with the ", " "+o.part+m.one(" for some time. ", " despite conservative care. "))
	if m.chance(0.3) {
		m.say("The ", m.off(), " side is normal. ")
	}
	m.say("\n\n")
	m.allergies()
	m.say("DESCRIPTION OF PROCEDURE: The patient was brought to the operating room. ")
	m.chat(m.between(4, 9))
	m.medLine("Before incision ", 0)
	m.say(" was given. ")
	m.sided("The ", " "+o.part+m.one(" was prepped and draped in the usual sterile fashion. ", " was marked, prepped and draped. "))
	m.teen("Tourniquet time was ", " minutes. ")
	m.say(fmt.Sprintf("Blood loss was %s mL. ", m.num(fmt.Sprint(m.between(2, 9)*10))))
	m.deny(m.one("bleeding", "purulence", "evidence of infection"))
	m.say("\n\nPLAN: ")
	m.medLine("The patient will take ", 0.7)
	m.say(". ")
	m.given("For pain the patient receives ")
}

func (m *maker) radiology() {
	o := operations[m.r.IntN(len(operations))]
	part := m.one("knee", "hip", "shoulder", "ankle", "wrist", "elbow", "foot")
	_ = o
	m.header(m.one("a radiology report", "a radiology report"))
	m.sided("EXAMINATION: MRI of the ", " "+part+".\n\n")
	if m.chance(0.7) {
		m.in.Procedure = "MRI " + m.side() + " " + part
	}
	m.sided("INDICATION: Pain in the ", " "+part+".\n\n")
	m.past("COMPARISON: Study of ", ".\n\n", m.between(100, 900))
	m.say("FINDINGS: ")
	m.chat(m.between(2, 4))
	m.deny(m.one("fracture", "dislocation", "joint effusion", "osseous lesion"))
	m.deny(m.one("ligament tear", "bone marrow edema", "soft tissue mass"))
	m.teen("There is a lesion that measures ", " mm. ")
	m.sided("The ", " "+part+" shows mild degenerative change. ")
	m.say("\n\nIMPRESSION: ")
	m.sided("Degenerative change of the ", " "+part+". ")
	m.deny("acute fracture")
}

func (m *maker) discharge() {
	main := m.one(complaints...)
	m.header("a discharge summary")
	stay := m.between(2, 9)
	m.past("ADMISSION DATE: ", ".\n", stay+1)
	m.past("DISCHARGE DATE: ", ".\n\n", 1)
	m.say("DISCHARGE DIAGNOSIS: Evaluation of ", main, ".\n\nHOSPITAL COURSE: ")
	m.intro()
	m.story(main)
	m.medLine("The patient was treated with ", 0.7)
	m.say(". ")
	m.given("The patient was also given ")
	m.say("\n\n")
	m.allergies()
	m.labs()
	m.say("DISCHARGE MEDICATIONS:\n")
	for i := range m.between(3, 7) {
		m.medLine(fmt.Sprintf("%d. ", i+1), 0.4)
		m.say(".\n")
	}
	m.say("\nDISPOSITION: Home. Follow up in ", m.num(fmt.Sprint(m.between(1, 6))), " weeks, on ",
		today.AddDate(0, 0, m.between(7, 40)).Format("January 2, 2006"), ". Call for fever or increased pain.")
}

func (m *maker) letter() {
	p := m.in.Patient
	main := m.one(complaints...)
	m.say("Dear Dr. Sorensen:\n\n", m.one("I am dictating on ", "Patient name is "), p.Given, " ", p.Family)
	if m.chance(0.8) {
		m.say(", date of birth ", m.date(p.BirthDate))
	}
	m.say(".\n\n")
	m.past("I saw "+m.sex("Mr. ", "Ms. ")+p.Family+" on ", ". ", m.between(0, 20))
	m.intro()
	m.story(main)
	m.say("\n\n")
	m.medLine("I have started ", 0.9)
	m.say(". ")
	m.given("I also recommended ")
	m.medLine(m.He()+" continues on ", 0.8)
	m.say(".\n\n")
	m.allergies()
	m.sided("On examination the ", " shoulder is tender. ")
	m.sided("I ordered films of the ", " shoulder. ")
	m.sided("If the ", " shoulder does not improve, an MRI will follow. ")
	m.teen("I will see "+m.sex("him", "her")+" again in ", " days.")
}

func (m *maker) progress() {
	main := m.one(complaints...)
	m.header(m.one("a progress note", "a progress note"))
	m.say("SUBJECTIVE: ")
	m.intro()
	m.story(main)
	if m.chance(0.5) {
		m.past("The last visit was on ", ". ", m.between(20, 400))
	}
	m.say("\n\nOBJECTIVE: ")
	m.vitals()
	m.exam()
	if m.chance(0.6) {
		m.labs()
	}
	m.allergies()
	m.say("ASSESSMENT: ", strings.ToUpper(main[:1]), main[1:], ", improving.\n\nPLAN:\n")
	for i := range m.between(2, 4) {
		m.medLine(fmt.Sprintf("%d. %s ", i+1, m.one("Continue", "Increase to", "Start", "Resume")), 0.7)
		m.say(".\n")
	}
	m.given("For pain, ")
	m.teen("Follow up in ", " days.")
}
