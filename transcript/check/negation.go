package check

import (
	"fmt"
	"strings"
)

// findings that a note affirms or denies as a whole. Those that mean nothing
// without a place ("pain", "swelling") stand here only with it.
var findings = phraseTable(`
chest pain: chest pains, chest discomfort
shortness of breath: dyspnea, sob, short of breath
fever: fevers, febrile
chills:
nausea: nauseated
vomiting: emesis, vomited
diarrhea:
constipation: constipated
headache: headaches
dizziness: dizzy, lightheadedness, lightheaded
syncope: loss of consciousness, passed out
palpitations: palpitation
abdominal pain: stomach pain, belly pain
back pain: low back pain, lower back pain
dysuria: painful urination, burning with urination
hematuria: blood in the urine
hematochezia: blood in the stool, bloody stools, blood per rectum, rectal bleeding
melena: black stools, tarry stools
hematemesis: vomiting blood
hemoptysis: coughing blood, coughing up blood
cough:
wheezing: wheezes, wheeze
orthopnea:
weight loss:
weight gain:
night sweats:
rash: rashes
jaundice: jaundiced, icterus
blurred vision: blurry vision
double vision: diplopia
sore throat:
difficulty swallowing: dysphagia
leg swelling: pedal edema, leg edema, lower extremity edema, ankle swelling, peripheral edema
calf tenderness: calf pain
neck stiffness: stiff neck, nuchal rigidity
photophobia:
seizure: seizures
suicidal ideation: suicidal thoughts
homicidal ideation:
hallucinations: hallucination
incontinence:
pleural effusion: pleural effusions
pneumothorax:
pulmonary embolism:
hydronephrosis:
lymphadenopathy: adenopathy
hepatomegaly:
splenomegaly:
hepatosplenomegaly:
murmur: murmurs
gallop: gallops
guarding:
rebound: rebound tenderness
clubbing:
cyanosis: cyanotic
joint effusion:
acute distress:
diabetes: diabetes mellitus
hypertension: high blood pressure
asthma:
coronary artery disease:
stroke: strokes
tobacco use: smoking
alcohol use: drinking
fracture: fractures
dislocation:
vaginal bleeding:
vaginal discharge:
fatigue:
insomnia:
depression:
anxiety:
hearing loss:
tinnitus:
vertigo:
epistaxis: nosebleeds, nose bleeds
claudication:
paresthesias: paresthesia
bruit: bruits
jugular venous distention: jvd, jugular venous distension
heartburn:
hoarseness:
polyuria:
polydipsia:
`)

var (
	denials = wordSet("no not denies denied denying deny without never neither nor non absent negative cannot",
		"isn't wasn't doesn't didn't hasn't hadn't aren't weren't don't haven't")
	// scopeEnds let what was denied go no further.
	scopeEnds = wordSet("but except however although though besides until reports complains admits endorses has had",
		"positive presents presented because due secondary which who when after since did does is was were are")
	affirms = wordSet("reports reported complains complaining complained has have having had presents presented presenting",
		"positive significant noted present developed develops admits endorses endorsed experiencing experienced notes",
		"describes states with shows showed reveals revealed demonstrates")
	// unsure words make a mention neither: conditions, plans, other times and people.
	unsure = wordSet("if should return returns risk risks possible rule ruled rules versus vs may might could would prevent call",
		"complication complications watch monitor monitored prn needed history past previous previously prior ago",
		"mother father brother sister son daughter aunt uncle grandmother grandfather wife husband family resolved",
		"resolving improved improvement control controlled differential concern unless include including suggestive",
		"question questionable probable suspected likely consistent rather except screening evaluate evaluation workup",
		"child childhood remote episode episodes last since before until recurrent recurrence occasional occasionally sometimes",
		"mild minimal some little trace relieved worse better decrease decreased increase increased initially admission")
	qualifiers = wordSet("further new recent longer significant acute other more additional current active associated obvious gross",
		"overt evidence-of known major worsening persistent any frank focal residual")
)

// local findings are of one place: elsewhere they may be otherwise.
var local = wordSet("fracture dislocation bruit lymphadenopathy rash murmur incontinence pneumothorax paresthesias guarding")

type polarity byte

const (
	unclear  polarity = iota
	bare              // mentioned, no more
	affirmed          // said to be there
	denied            // said not to be there
)

// finding is a mention of one.
type finding struct {
	run
	name string
	polarity
	limited bool // "no further …"
}

func (n *note) findFindings() []finding {
	var out []finding
	table := findings()
	for i := 0; i < len(n.words); i++ {
		name, end := table.at(n, i)
		if end == i {
			continue
		}
		f := finding{run: run{i, end}, name: name}
		n.judge(&f)
		out = append(out, f)
		i = end - 1
	}
	return out
}

// judge says whether a finding is affirmed or denied where it stands.
func (n *note) judge(f *finding) {
	if n.inSection(f.first, "family", "instruction", "complication", "consent", "disposition", "past", "risk") {
		return
	}
	s := n.sentences[n.words[f.first].sentence]
	cue := unclear
	for i := f.first - 1; i >= s.first && cue == unclear; i-- {
		switch k := n.words[i].key; {
		case denials()[k]:
			cue = denied
			f.limited = f.limited || n.words[i].joint != 0 && k != "non"
		case qualifiers()[k]:
			f.limited = true
		case (affirms()[k] || scopeEnds()[k]) && n.turned(i):
			cue = denied
		case affirms()[k]:
			cue = affirmed
		case scopeEnds()[k]:
			cue = bare
		}
	}
	if n.deniedAfter(f, s) {
		cue = denied
	}
	if n.hedged(s, f.first, cue) {
		return
	}
	if cue == unclear {
		cue = bare
	}
	f.polarity = cue
}

// turned reports whether an affirming word is itself denied: "has not had",
// "denies having", "not associated with".
func (n *note) turned(i int) bool {
	switch n.key(i - 1) {
	case "associated", "ever", "been", "had", "yet":
		return denials()[n.key(i-2)]
	}
	return denials()[n.key(i-1)] && !n.words[i-1].pause
}

// deniedAfter reads "chest pain is absent", "fever: negative".
func (n *note) deniedAfter(f *finding, s run) bool {
	for i := f.end; i < min(f.end+3, s.end); i++ {
		switch n.words[i].key {
		case "absent", "negative", "denied", "none", "no", "not":
			return true
		case "is", "was", "were", "are":
		default:
			return false
		}
	}
	return false
}

// hedged reports whether the sentence speaks of other times, people or chances.
func (n *note) hedged(s run, at int, cue polarity) bool {
	for i := s.first; i < s.end; i++ {
		switch k := n.words[i].key; {
		case k == "for": // "return for fever", but "positive for", "fever for days"
			if i < at && cue != denied && n.key(i-1) != "positive" && n.key(i-1) != "significant" {
				return true
			}
		case unsure()[k] && (cue != denied || k != "history"):
			return true
		}
	}
	return false
}

// negationRules finds what a note both affirms and denies, and negations that
// were not heard well.
func negationRules(n *note) []Flag {
	flags := n.heardNegations()
	yes, no := map[string]finding{}, map[string]finding{}
	for _, f := range n.findFindings() {
		switch {
		case f.limited:
			continue
		case f.polarity == denied:
			if _, ok := no[f.name]; !ok {
				no[f.name] = f
			}
		case f.polarity == affirmed, f.polarity == bare && n.inSection(f.first, "review", "subjective", "exam", "objective", "present", "findings"):
			if old, ok := yes[f.name]; !ok || old.polarity == bare && f.polarity == affirmed {
				yes[f.name] = f
			}
		}
		if g, odd := n.heardPolarity(f); odd {
			flags = append(flags, g)
		}
	}
	for name, a := range yes {
		d, ok := no[name]
		if !ok {
			continue
		}
		sev := Notice
		if a.polarity == affirmed && !local()[name] {
			sev = Critical
		}
		later, other := d, a
		if a.first > d.first {
			later, other = a, d
		}
		flags = append(flags, n.flag(Negation, sev, later.first, later.end,
			fmt.Sprintf("The note both affirms and denies %s.", name), n.place(other.first, other.end)))
	}
	return flags
}

// heardPolarity flags a finding told to be there where the words by which it is
// told were not heard well: a "no" may have been lost.
func (n *note) heardPolarity(f finding) (Flag, bool) {
	if f.polarity != affirmed && f.polarity != bare {
		return Flag{}, false
	}
	from := max(f.first-1, n.sentences[n.words[f.first].sentence].first)
	if c, given := n.confidence(from, f.first+1); !given || c >= doubtful {
		return Flag{}, false
	}
	return n.flag(Negation, Notice, from, f.end, fmt.Sprintf("Whether there is %s was not heard well.", f.name)), true
}

func (n *note) heardNegations() []Flag {
	var flags []Flag
	for i, w := range n.words {
		if !negates(w.key) {
			continue
		}
		c, given := n.confidence(i, i+1)
		if !given || c >= doubtful {
			continue
		}
		sev := Notice
		if c < unheard && n.in.Second == "" { // else secondRules knows more
			sev = Critical
		}
		flags = append(flags, n.flag(Negation, sev, i, i+1, fmt.Sprintf("The negation “%s” was not heard well.", w.text)))
	}
	return flags
}

// negates reports whether a word turns a finding around.
func negates(key string) bool {
	return denials()[key] || key == "none" || strings.HasSuffix(key, "n't")
}
