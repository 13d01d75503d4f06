package check

import (
	"cmp"
	"fmt"
	"slices"
)

// parts are the parts of the body that come in two.
var parts = phraseTable(`
knee: knees, patella, patellar, meniscus, knee joint
hip: hips, femoral neck
shoulder: shoulders, rotator cuff
elbow: elbows
wrist: wrists, carpal tunnel
hand: hands
thumb: thumbs
index finger:
ring finger:
ankle: ankles
foot: feet
heel: heels, calcaneus
great toe: big toe
leg: legs, lower extremity, lower limb
arm: arms, upper extremity, upper limb
thigh: thighs
calf: calves
forearm: forearms
femur: femoral shaft
tibia: tibial
fibula: fibular
humerus: humeral
radius: distal radius
clavicle:
scapula:
breast: breasts
lung: lungs
lower lobe:
upper lobe:
pleural effusion: pleural effusions, hemithorax
kidney: kidneys, renal
ureter: ureteral, ureteropelvic junction
adrenal:
ovary: ovaries, ovarian, adnexa, adnexal
fallopian tube:
testicle: testis, testicular
inguinal hernia: groin, inguinal region, inguinal
eye: eyes, cataract, cornea, retina
ear: ears, tympanic membrane
cheek:
face: facial
temple:
parotid:
tonsil:
maxillary sinus:
carotid artery: carotid
thyroid lobe: lobe of the thyroid
flank:
buttock: buttocks
axilla: axillary
upper quadrant:
lower quadrant:
hemisphere:
frontal lobe:
temporal lobe:
parietal lobe:
occipital lobe:
hemiparesis: hemiplegia
chest wall:
rib: ribs
`)

// sided is a part with its side.
type sided struct {
	run
	part string
	side byte // 'l', 'r', 'b'
}

func sideOf(key string) byte {
	switch key {
	case "left", "lt", "leftward":
		return 'l'
	case "right", "rt", "rightward":
		return 'r'
	case "bilateral", "bilaterally", "both":
		return 'b'
	}
	return 0
}

// sideReach is how many words may stand between a side and its part.
const sideReach = 3

func (n *note) findSides() []sided {
	var out []sided
	table := parts()
	for i := range n.words {
		side := sideOf(n.words[i].key)
		if side == 0 || n.idle(i) {
			continue
		}
		for j := i + 1; j <= min(i+1+sideReach, len(n.words)-1) && n.words[j].sentence == n.words[i].sentence; j++ {
			if name, end := table.at(n, j); end > j {
				out = append(out, sided{run{i, end}, name, side})
				break
			}
			if n.words[j-1].pause || sideOf(n.words[j].key) != 0 || linking()[n.words[j].key] {
				break
			}
		}
	}
	return out
}

var linking = wordSet("and or with to in on at by from was is were are had has but than as then of for")

// idle reports whether "right" or "left" is no side: "right now", "was left".
func (n *note) idle(i int) bool {
	switch n.key(i + 1) {
	case "now", "away", "after", "before", "the", "for", "in", "to", "at":
		return true
	}
	switch n.key(i - 1) {
	case "all", "was", "were", "is", "he", "she", "patient", "they", "been", "be":
		return n.key(i-1) == "all" || n.key(i) == "left" && n.key(i-1) != "is"
	}
	return false
}

// contrasts are words by which the other side is meant.
var contrasts = wordSet("contralateral other opposite compared comparison normal unaffected while whereas versus uninvolved",
	"good prior previous previously old history ago both bilateral bilaterally unremarkable intact than unlike respectively",
	"side-to-side asymmetric greater symmetric symmetrical equal dominant later subsequently also additionally")

// sideRules finds parts whose side changes inside the note, or differs from the
// side in the order.
func sideRules(n *note) []Flag {
	byPart := map[string][]sided{}
	for _, s := range n.findSides() {
		byPart[s.part] = append(byPart[s.part], s)
	}
	title := map[string]byte{}
	if n.in.Procedure != "" {
		for _, s := range read(Input{Text: n.in.Procedure}).findSides() {
			title[s.part] = s.side
		}
	}
	flags := n.heardSides()
	for part, all := range byPart {
		if f, odd := n.conflict(part, all, title[part]); odd {
			flags = append(flags, f)
		}
	}
	return flags
}

// heardSides flags sides that were not heard well.
func (n *note) heardSides() []Flag {
	var flags []Flag
	for i, w := range n.words {
		if sideOf(w.key) == 0 || n.idle(i) {
			continue
		}
		if c, given := n.confidence(i, i+1); given && c < doubtful {
			sev := Notice
			if c < unheard && n.in.Second == "" { // else secondRules knows more
				sev = Critical
			}
			flags = append(flags, n.flag(Side, sev, i, i+1, fmt.Sprintf("The side “%s” was not heard well.", w.text)))
		}
	}
	return flags
}

// conflict judges the sides of one part.
func (n *note) conflict(part string, all []sided, title byte) (Flag, bool) {
	var left, right []sided
	for _, s := range all {
		switch s.side {
		case 'l':
			left = append(left, s)
		case 'r':
			right = append(right, s)
		default:
			return Flag{}, false // both sides are spoken of
		}
	}
	wrong, agree := left, right
	switch {
	case title == 'l', title != 'r' && len(left) > len(right):
		wrong, agree = right, left
	case title == 0 && len(left) == len(right):
		return n.evenConflict(part, left, right)
	}
	if len(wrong) == 0 || len(agree) == 0 && title == 0 {
		return Flag{}, false
	}
	at := wrong[0]
	sev := Notice
	if title != 0 && title != 'b' || len(wrong) == 1 && len(agree) >= 2 && !n.together(wrong[0], agree) {
		sev = Critical
	}
	if n.contrast(wrong) {
		if title == 0 || len(agree) > 0 {
			return Flag{}, false
		}
	}
	return n.sideFlag(sev, part, at, agree), true
}

// evenConflict is one of left against right: only between the headlines of a
// note does it weigh.
func (n *note) evenConflict(part string, left, right []sided) (Flag, bool) {
	if len(left) == 0 || n.contrast(left) || n.contrast(right) {
		return Flag{}, false
	}
	if n.words[left[0].first].sentence == n.words[right[0].first].sentence {
		return Flag{}, false
	}
	sev := Notice
	if (n.core(left) || n.core(right)) && n.words[left[0].first].section != n.words[right[0].first].section {
		sev = Critical
	}
	first, second := left, right
	if left[0].first > right[0].first {
		first, second = right, left
	}
	return n.sideFlag(sev, part, second[0], first), true
}

// together reports whether a sentence names both sides.
func (n *note) together(at sided, others []sided) bool {
	return slices.ContainsFunc(others, func(s sided) bool { return n.words[s.first].sentence == n.words[at.first].sentence })
}

func (n *note) sideFlag(sev Severity, part string, at sided, against []sided) Flag {
	var evidence []Place
	for _, s := range against {
		evidence = append(evidence, n.place(s.first, s.end))
	}
	slices.SortFunc(evidence, func(a, b Place) int { return cmp.Compare(a.Offset, b.Offset) })
	reason := fmt.Sprintf("“%s” here, the other side elsewhere in the note.", n.quote(at.first, at.end))
	if len(against) == 0 {
		reason = fmt.Sprintf("“%s” here; the order names the other side of the %s.", n.quote(at.first, at.end), part)
	}
	return n.flag(Side, sev, at.first, at.end, reason, evidence...)
}

// core reports whether one of the mentions stands in a headline of the note.
func (n *note) core(all []sided) bool {
	return slices.ContainsFunc(all, func(s sided) bool {
		return n.inSection(s.first, "diagnos", "procedure", "operation", "chief complaint", "reason", "indication", "impression",
			"assessment")
	})
}

func (n *note) contrast(all []sided) bool {
	for _, s := range all {
		if n.near(s.run, 14, contrasts()) {
			return true
		}
	}
	return false
}
