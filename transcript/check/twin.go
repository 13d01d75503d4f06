package check

import (
	"fmt"
	"slices"
)

// uses gives the words by which a note says what a drug is for.
var uses = phraseTable(`
pressure: hypertension, blood pressure, high blood pressure, hypertensive, htn
diabetes: diabetic, type 2 diabetes, blood sugar, glucose control, glycemic control, blood sugars, hyperglycemia
infection: cellulitis, pneumonia, urinary tract infection, uti, sinusitis, bronchitis, abscess, pharyngitis, prophylaxis, otitis media, bacteremia, sepsis, strep throat, bacterial vaginosis, trichomonas, c diff
pain: back pain, painful, analgesia, neuropathic pain, neuropathy, ache, discomfort, postoperative pain
fever: febrile
anxiety: anxious, nervousness
panic: panic attacks, panic disorder
depression: depressed, major depression, depressive disorder, mood
psychosis: psychotic, schizophrenia, hallucinations, delusions, schizoaffective disorder
agitation: agitated
seizure: seizures, epilepsy, seizure disorder, convulsions
itch: itching, pruritus, hives, urticaria
allergy: allergies, allergic rhinitis, hay fever, seasonal allergies, allergic reaction
stomach: reflux, gerd, heartburn, gastroesophageal reflux, ulcer, peptic ulcer, dyspepsia, gastritis
lipid: cholesterol, hyperlipidemia, hypercholesterolemia, dyslipidemia, triglycerides
thyroid: hypothyroidism, hyperthyroidism, graves disease
gout: gouty
nausea: vomiting, nauseated
asthma: wheezing, copd, bronchospasm
clot: dvt, deep venous thrombosis, pulmonary embolism, anticoagulation, atrial fibrillation stroke prevention, stent, thrombosis
arrhythmia: atrial fibrillation, rate control, tachycardia, palpitations, supraventricular tachycardia
heart: heart failure, congestive heart failure, chf, cardiomyopathy, coronary artery disease
angina: chest pain
prostate: bph, prostatic hypertrophy, benign prostatic hyperplasia, urinary retention
bone: osteoporosis, osteopenia
cancer: carcinoma, chemotherapy, lymphoma, leukemia, breast cancer, lung cancer
migraine: migraines, migraine headache, migraine headaches
sleep: insomnia
dementia: alzheimer, alzheimer disease, memory loss, memory
parkinson: parkinsonism, parkinson disease, tremor
attention: adhd, attention deficit disorder, hyperactivity
spasm: spasms, muscle spasm, muscle spasms, spasticity
cough: congestion, chest congestion
immune: transplant, transplant rejection, rejection, immunosuppression, crohn disease
arthritis: rheumatoid arthritis, osteoarthritis, joint pain
inflammation: copd exacerbation, poison ivy, swelling, polymyalgia rheumatica
edema: fluid retention, volume overload, leg swelling, diuresis
bladder: overactive bladder, urinary urgency
fungus: fungal infection, thrush, onychomycosis, yeast infection, candidiasis
viral: herpes, shingles, zoster, cold sores, cytomegalovirus, influenza
smoking: tobacco, smoking cessation
alcohol: alcohol withdrawal
addiction: opioid dependence
withdrawal:
mood: bipolar disorder, bipolar, mania
obsession: obsessive compulsive disorder
malaria:
tuberculosis: tb
fertility: infertility, ovulation induction
anesthesia: sedation, intubation, induction
hormone: hormone replacement, menopause, contraception, amenorrhea
erection: erectile dysfunction
legs: restless legs, restless leg syndrome
bowel: ulcerative colitis, irritable bowel syndrome
brain: hepatic encephalopathy, subarachnoid hemorrhage
skin: acne
`)

// twinRules finds drugs that may have been taken for one another: the purpose
// or the dose fits the other name, or the name was not heard well.
func twinRules(n *note) []Flag {
	table := drugTable()
	var flags []Flag
	for _, m := range n.drugs {
		twins := table.twins[m.name]
		if f, odd := n.misfit(m, twins, table); odd {
			flags = append(flags, f)
			continue
		}
		c, given := n.confidence(m.first, m.end)
		switch {
		case len(twins) > 0 && (!given || c >= doubtful) && n.undecided(m, twins, table):
			flags = append(flags, n.flag(LookAlike, Notice, m.first, m.end,
				fmt.Sprintf("%s is taken for %s, and the dose would fit both.", twins[0].own, twins[0].tall)))
		case given && len(twins) > 0 && c < doubtful:
			sev := Notice
			if c < unheard && n.in.Second == "" {
				sev = Critical
			}
			flags = append(flags, n.flag(LookAlike, sev, m.first, m.end,
				fmt.Sprintf("%s was not heard well and is taken for %s.", twins[0].own, twins[0].tall)))
		case given && c < unheard:
			flags = append(flags, n.flag(LookAlike, Notice, m.first, m.end,
				fmt.Sprintf("The drug “%s” was heard poorly.", n.quote(m.first, m.end))))
		}
	}
	return flags
}

// misfit reports a drug whose purpose or dose is that of a twin.
func (n *note) misfit(m mention, twins []twin, table *pharmacy) (Flag, bool) {
	purposes := n.purposes(m)
	doses := n.dosesOf(m)
	for _, t := range twins {
		other := table.byName.names[t.name]
		if other == nil || other == m.drug {
			continue
		}
		if len(purposes) > 0 && !anyOf(purposes, m.uses) && anyOf(purposes, other.uses) {
			return n.flag(LookAlike, Critical, m.first, m.end,
				fmt.Sprintf("%s is not given for this; %s is, and the names are taken for one another.", t.own, t.tall)), true
		}
		for _, q := range doses {
			if !m.fits(q, 1) && other.fits(q, 1) {
				sev := Notice
				if !m.fits(q, 2) {
					sev = Critical
				}
				return n.flag(LookAlike, sev, m.first, m.end, fmt.Sprintf("“%s” is a dose of %s rather than of %s.",
					n.quote(q.first, q.end), t.tall, t.own), n.place(q.first, q.end)), true
			}
		}
	}
	return Flag{}, false
}

// undecided reports whether a drug's dose fits a twin as well, and no purpose is
// told that would decide.
func (n *note) undecided(m mention, twins []twin, table *pharmacy) bool {
	doses := n.dosesOf(m)
	if len(doses) == 0 || anyOf(n.purposes(m), m.uses) {
		return false
	}
	return slices.ContainsFunc(twins, func(t twin) bool {
		other := table.byName.names[t.name]
		return other != nil && other != m.drug && other.fits(doses[0], 1) && !slices.Equal(other.uses, m.uses)
	})
}

// fits reports whether a quantity is a usual dose of the drug, give or take a
// factor.
func (d *drug) fits(q quantity, give float64) bool {
	low, ok := d.in(q.value, q.unit)
	high, _ := d.in(q.high, q.unit)
	return ok && low*give >= d.low && high <= d.usual*give
}

func (n *note) dosesOf(m mention) []quantity {
	at, _ := slices.BinarySearchFunc(n.quantities, m.end, func(q quantity, end int) int { return q.first - end })
	var out []quantity
	for _, q := range n.quantities[at:min(at+1, len(n.quantities))] {
		if of, ok := n.drugOf(q); ok && of.first == m.first && massUnits()[q.unit] && q.per == "" && q.over == 0 {
			out = append(out, q)
		}
	}
	return out
}

// purposes are what the sentence says the drug is for: after "for", or as the
// problem that it begins with.
func (n *note) purposes(m mention) []string {
	s := n.sentences[n.words[m.first].sentence]
	var out []string
	for i := m.end; i < min(s.end, m.end+12); i++ {
		if k := n.key(i); k != "for" && k != "treat" && k != "control" {
			if n.otherDrug(i, m) {
				break
			}
			continue
		}
		for j := i + 1; j < min(s.end, i+6); j++ {
			if n.otherDrug(j, m) {
				break
			}
			if name, end := uses().at(n, j); end > j {
				out = append(out, name)
				j = end - 1
			}
		}
		break
	}
	if len(out) == 0 && s.end > s.first {
		out = n.problem(s, m)
	}
	return out
}

func (n *note) otherDrug(i int, m mention) bool {
	return slices.ContainsFunc(n.drugs, func(d mention) bool { return d.first == i && d.first != m.first })
}

// problem reads the head of the sentence, or the short sentence before it on
// the same line: "1. Hypertension. Continue …".
func (n *note) problem(s run, m mention) []string {
	end := s.first
	for end < m.first && end < s.first+4 && !n.words[end].colon {
		end++
	}
	if end < m.first && n.words[end].colon && end < s.first+4 {
		return n.usesIn(run{s.first, end + 1})
	}
	if at := n.words[m.first].sentence; at > 0 && !n.words[s.first].line {
		if before := n.sentences[at-1]; before.end-before.first <= 4 {
			return n.usesIn(before)
		}
	}
	return nil
}

func (n *note) usesIn(r run) []string {
	var out []string
	for i := r.first; i < r.end; i++ {
		if name, end := uses().at(n, i); end > i {
			out = append(out, name)
			i = end - 1
		}
	}
	return out
}

func anyOf(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
