package check

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// measure is a laboratory value or a vital sign, with the limits of what a
// living patient has: beyond them it was misheard, or must be seen at once.
type measure struct {
	low, high float64
	scale     float64 // counts are also said in full: "8,200" for 8.2; 0: they are not
	doses     string  // the unit by which the same name is a dose: "meq"
}

// measures is the table, by name.
var measures = sync.OnceValue(func() *lexicon[measure] {
	m := newLexicon[measure]()
	for names, v := range map[string]measure{
		"potassium|k":                   {low: 1.2, high: 10, doses: "meq"},
		"sodium|na":                     {low: 95, high: 190, doses: "mg"},
		"chloride":                      {low: 60, high: 150, doses: "meq"},
		"bicarbonate|bicarb|hco3|co2":   {low: 2, high: 60, doses: "meq"},
		"bun":                           {low: 1, high: 250},
		"creatinine":                    {low: 0.1, high: 30},
		"glucose|accucheck|fingerstick": {low: 8, high: 2000, doses: "g"},
		"calcium":                       {low: 0.5, high: 20, doses: "mg"},
		"magnesium":                     {low: 0.3, high: 12, doses: "g"},
		"phosphorus|phosphate":          {low: 0.2, high: 20, doses: "mmol"},
		"hemoglobin|hgb|hb":             {low: 2, high: 26},
		"hematocrit|hct":                {low: 6, high: 80},
		"white count|white blood cell count|wbc|white cell count|white blood count|white blood cells": {low: 0.05, high: 500, scale: 1000},
		"platelets|platelet count|platelet|plt":                                                       {low: 1, high: 3000, scale: 1000},
		"inr":                                                                                         {low: 0.5, high: 25},
		"ptt|aptt|partial thromboplastin time":                                                        {low: 12, high: 250},
		"prothrombin time":                                                                            {low: 7, high: 200},
		"ph":                                                                                          {low: 6.6, high: 8},
		"pco2|paco2":                                                                                  {low: 8, high: 160},
		"po2|pao2":                                                                                    {low: 10, high: 700},
		"lactate|lactic acid":                                                                         {low: 0.1, high: 40},
		"albumin":                                                                                     {low: 0.5, high: 7.5, doses: "g"},
		"bilirubin|total bilirubin":                                                                   {low: 0.05, high: 80},
		"ast|alt|sgot|sgpt":                                                                           {low: 1, high: 25000},
		"tsh":                                                                                         {low: 0, high: 500},
		"hemoglobin a1c|a1c|hba1c|hgba1c|hemoglobin alc": {low: 3, high: 22},
		"troponin":                      {low: 0, high: 100000},
		"cholesterol|total cholesterol": {low: 30, high: 1500},
		"ldl":                           {low: 5, high: 900},
		"hdl":                           {low: 2, high: 250},
		"temperature|temp|t max|tmax":   {low: 84, high: 111},
		"heart rate|pulse|pulse rate|hr|ventricular rate":                                                             {low: 18, high: 320},
		"respiratory rate|respirations|respiration|rr":                                                                {low: 3, high: 100},
		"oxygen saturation|o2 saturation|o2 sat|saturation|sats|sat|spo2|pulse oximetry|pulse ox|o2 sats|saturations": {low: 30, high: 100},
		"ejection fraction|ef|lvef":                                                                                   {low: 4, high: 95},
		"glasgow coma scale|gcs|glasgow coma score":                                                                   {low: 3, high: 15},
		"bmi|body mass index":                                                                                         {low: 8, high: 110},
		"apgars|apgar":                                                                                                {low: 0, high: 10},
		"digoxin level":                                                                                               {low: 0, high: 20},
		"intraocular pressure":                                                                                        {low: 0, high: 90},
		"ankle brachial index|abi|cardiothoracic ratio":                                                               {low: 0, high: 2.5},
	} {
		for name := range strings.SplitSeq(names, "|") {
			m.add(name, v)
		}
	}
	return m
})

// valueRules finds values that no patient has.
func valueRules(n *note) []Flag {
	var flags []Flag
	next := 0
	for i := 0; i < len(n.words); i++ {
		m, name, end := measures().at(n, i)
		if end == i || n.notMeasured(i, name) {
			continue
		}
		q, ok := n.valueAfter(end, &next)
		if ok && !m.plausible(q, name, n) {
			flags = append(flags, n.flag(Dose, Critical, i, q.end,
				fmt.Sprintf("No patient has a %s of “%s”.", name, n.quote(q.first, q.end))))
		}
		i = end - 1
	}
	for _, q := range n.quantities {
		if f, odd := n.bloodPressure(q); odd {
			flags = append(flags, f)
		}
	}
	return flags
}

// notMeasured reports names that mean something else: "pre-albumin", "vitamin
// K", "HDL cholesterol", and values of other fluids than blood.
func (n *note) notMeasured(i int, name string) bool {
	switch n.key(i - 1) {
	case "pre", "vitamin", "hdl", "ldl", "vldl", "csf", "urine", "urinary", "mean", "free", "ionized", "vitreous", "gram", "grams", "g":
		return true
	case "microalbumin", "spot", "random":
		return name != "glucose"
	}
	return n.isDrug(i) || n.near(run{i, i + 1}, 14, otherFluids())
}

func (n *note) isDrug(i int) bool {
	return slices.ContainsFunc(n.drugs, func(m mention) bool { return m.first <= i && i < m.end })
}

var otherFluids = wordSet("csf vitreous lumbar puncture spinal urine pleural synovial ascitic ascites peritoneal effluent dialysate",
	"cryoprobe lesion lesions probe water bath")

// between are words that may stand between a measure and its value.
var between = wordSet("of is was at level levels count to has been today now currently initial initially admission on",
	"approximately about around only read as the with value rate came back stable elevated low high normal degrees equal equals")

// valueAfter finds the value that follows a measure's name. next is where to
// begin in the quantities; it only grows.
func (n *note) valueAfter(at int, next *int) (quantity, bool) {
	for *next < len(n.quantities) && n.quantities[*next].first < at {
		*next++
	}
	if *next == len(n.quantities) {
		return quantity{}, false
	}
	q := n.quantities[*next]
	if q.first-at > 4 || n.words[q.first].sentence != n.words[at-1].sentence {
		return quantity{}, false
	}
	for i := at - 1; i < q.first; i++ {
		w := n.words[i]
		if i >= at && !between()[w.key] || w.pause && !w.colon && (w.stop || i >= at || !n.comma(i)) {
			return quantity{}, false
		}
	}
	return q, true
}

// comma reports whether nothing but a comma follows word i.
func (n *note) comma(i int) bool {
	to := n.words[i].to
	return to < len(n.in.Text) && n.in.Text[to] == ','
}

func (m measure) plausible(q quantity, name string, n *note) bool {
	switch {
	case q.over > 0 || q.unit == "hour" || q.unit == "day" || q.unit == "week" || q.unit == "month" || q.unit == "year" || q.unit == "minute" || q.unit == "tablet":
		return true
	case m.doses != "" && q.unit == m.doses && q.per != "l" && q.per != "dl":
		return true
	case m.doses != "" && q.unit == "" && q.value >= 20 && frequencies()[n.key(q.end)]:
		return true
	case name == "ph" && n.near(q.run, 12, urine()):
		return q.value >= 4 && q.value <= 9.5
	case strings.HasPrefix(name, "t"), n.key(q.first) == "temperature":
		if name == "temperature" || name == "temp" || strings.Contains(name, "max") {
			return inRange(q.value, m.low, m.high) || inRange(q.value, 26, 44)
		}
	case m.high == 100 && q.unit == "" && q.value < 1 && q.value > 0.3:
		return true // 0.97
	}
	if m.scale > 0 && (q.value >= m.low*m.scale && q.value <= m.high*m.scale) {
		return true
	}
	if name == "albumin" || name == "calcium" || name == "sodium" || name == "glucose" {
		if q.unit == "mg" && q.per == "" || q.unit == "percent" || q.unit == "ml" || q.unit == "g" {
			return true // given, not measured
		}
		if name == "sodium" && q.value >= 500 {
			return true // a diet
		}
	}
	return inRange(q.value, m.low, m.high)
}

func inRange(v, low, high float64) bool { return v >= low && v <= high }

var urine = wordSet("urine urinalysis ua gravity leukocyte nitrite")

// bloodPressure judges "120/80" where it is one.
func (n *note) bloodPressure(q quantity) (Flag, bool) {
	if q.over == 0 || !n.near(q.run, 6, pressureWords()) && q.unit != "mmhg" || n.near(q.run, 8, otherPressures()) {
		return Flag{}, false
	}
	if q.unit != "" && q.unit != "mmhg" && q.unit != "mm" || q.value <= 12 && q.over <= 12 {
		return Flag{}, false
	}
	if inRange(q.value, 40, 310) && inRange(q.over, 10, 200) && q.value > q.over {
		return Flag{}, false
	}
	return n.flag(Dose, Critical, q.first, q.end, fmt.Sprintf("“%s” is no blood pressure.", n.quote(q.first, q.end))), true
}

var otherPressures = wordSet("intraocular iop ventricular pulmonary aortic venous opening wedge gradient atrial capillary arterial tonometry",
	"compartment artery ventricle aorta eye eyes")

var pressureWords = wordSet("bp pressure pressures systolic diastolic")
