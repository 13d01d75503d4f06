package transcript

// inner marks headings within a section's text.
const inner = "-"

// headingNames gives the LOINC code of sections by the [headingKey] of their
// headings. The codes are those that C-CDA (HL7 CDA R2, Consolidated Templates,
// release 2.1) and the FHIR value set doc-section-codes give these sections; a
// heading without a section there has none.
var headingNames = headingTable()

// spokenHeadings are said by name, without "colon", when a paragraph begins.
// Others are also the beginnings of sentences.
var spokenHeadings = headingKeys(
	"chief complaint", "history of present illness", "history of the present illness", "past medical history",
	"past surgical history", "current medications", "social history", "family history", "review of systems", "vital signs",
	"physical examination", "laboratory data", "assessment and plan", "impression and plan", "preoperative diagnosis",
	"preoperative diagnoses", "postoperative diagnosis", "postoperative diagnoses", "procedure performed",
	"operation performed", "description of procedure", "description of operation", "procedure in detail",
	"estimated blood loss", "indications for procedure", "indications for surgery", "operative findings",
	"admission diagnosis", "admitting diagnosis", "discharge diagnosis", "discharge diagnoses", "hospital course",
	"discharge medications", "discharge instructions", "reason for consultation", "reason for visit",
)

func headingKeys(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[headingKey(n)] = true
	}
	return m
}

type loincSection struct {
	code  string
	names []string
}

func headingTable() map[string]string {
	m := map[string]string{}
	for _, group := range [][]loincSection{noteSections(), operativeSections(), dischargeSections(), plainSections()} {
		for _, s := range group {
			for _, n := range s.names {
				m[headingKey(n)] = s.code
			}
		}
	}
	return m
}

func noteSections() []loincSection {
	return []loincSection{
		{"10154-3", []string{"chief complaint", "chief complaints", "presenting complaint"}},
		{"10164-2", []string{"history of present illness", "history of the present illness", "hpi", "present illness"}},
		{"11348-0", []string{"past medical history", "pmh", "past history", "medical history", "past illnesses"}},
		{"47519-4", []string{"past surgical history", "surgical history", "psh", "procedures", "past procedures"}},
		{"10160-0", []string{"medications", "current medications", "home medications", "meds", "outpatient medications"}},
		{"42346-7", []string{"medications on admission", "admission medications"}},
		{"48765-2", []string{"allergies", "allergy", "drug allergies", "allergies to medications", "allergies to medicines"}},
		{"29762-2", []string{"social history", "personal and social history"}},
		{"10157-6", []string{"family history", "family medical history"}},
		{"10187-3", []string{"review of systems", "ros", "system review"}},
		{"8716-3", []string{"vital signs", "vitals"}},
		{"29545-1", []string{"physical examination", "physical exam", "physical findings", "examination", "objective findings"}},
		{"10210-3", []string{"general appearance", "general status"}},
		{"30954-2", []string{
			"laboratory data", "laboratory studies", "laboratory results", "laboratory", "labs", "results", "diagnostic studies",
			"diagnostic data", "laboratory and diagnostic data", "data",
		}},
		{"51847-2", []string{"assessment and plan", "impression and plan", "assessment plan", "impression and recommendations"}},
		{"51848-0", []string{"assessment", "impression", "clinical impression", "diagnostic impression", "evaluation"}},
		{"18776-5", []string{"plan", "plan of care", "treatment plan", "recommendations", "recommendation", "plan of treatment"}},
		{"61150-9", []string{"subjective"}},
		{"61149-1", []string{"objective"}},
		{"29299-5", []string{"reason for visit"}},
		{"42349-1", []string{"reason for consultation", "reason for consult", "reason for referral"}},
		{"11369-6", []string{"immunizations", "immunization history"}},
		{"57852-6", []string{"problem list", "problems"}},
		{"47420-5", []string{"functional status"}},
		{"42348-3", []string{"advance directives"}},
		{"69730-0", []string{"instructions", "patient instructions"}},
	}
}

func operativeSections() []loincSection {
	return []loincSection{
		{"10219-4", []string{"preoperative diagnosis", "preoperative diagnoses", "preop diagnosis", "preoperative dx"}},
		{"10218-6", []string{"postoperative diagnosis", "postoperative diagnoses", "postop diagnosis", "postoperative dx"}},
		{"10223-6", []string{
			"procedure performed", "procedures performed", "operation performed", "operations performed", "name of operation",
			"name of procedure", "title of operation", "title of procedure", "operative procedure", "operation", "operations",
		}},
		{"29554-3", []string{
			"procedure", "description of procedure", "description of operation", "description of the procedure", "procedure in detail",
			"details of procedure", "procedure description", "procedure details", "procedure detail", "operative procedure in detail",
		}},
		{"59774-0", []string{"anesthesia"}},
		{"59768-2", []string{
			"indications", "indication", "indications for procedure", "indication for procedure", "indications for surgery",
			"indication for surgery", "indications for operation",
		}},
		{"59776-5", []string{"findings", "operative findings", "intraoperative findings", "gross findings"}},
		{"55109-3", []string{"complications"}},
		{"59770-8", []string{"estimated blood loss", "blood loss"}},
		{"59773-2", []string{"specimens", "specimen", "specimens removed"}},
		{"59771-6", []string{"implants"}},
		{"11537-8", []string{"drains"}},
		{"10216-0", []string{"fluids", "intravenous fluids", "fluids received"}},
		{"59775-7", []string{"disposition"}},
	}
}

func dischargeSections() []loincSection {
	return []loincSection{
		{"46241-6", []string{"admission diagnosis", "admission diagnoses", "admitting diagnosis", "admitting diagnoses"}},
		{"11535-2", []string{"discharge diagnosis", "discharge diagnoses", "final diagnosis", "final diagnoses"}},
		{"8648-8", []string{"hospital course", "brief hospital course", "course in hospital"}},
		{"10183-2", []string{"discharge medications", "medications on discharge"}},
		{"8653-8", []string{"discharge instructions"}},
		{"42344-2", []string{"discharge diet", "diet"}},
		{"10184-0", []string{"discharge physical examination", "discharge examination"}},
		{"11493-4", []string{"hospital studies", "discharge studies"}},
		{"18841-7", []string{"consultations", "consults"}},
	}
}

// plainSections are headings without a section of their own in C-CDA.
func plainSections() []loincSection {
	return []loincSection{
		{"", []string{
			"diagnosis", "diagnoses", "history", "brief history", "clinical history", "exam", "reason for exam", "technique", "comparison",
			"comparison study", "conclusion", "conclusions", "interpretation", "summary", "discussion", "condition",
			"condition on discharge", "discharge condition", "followup", "follow-up", "activity", "history and physical",
			"principal diagnosis", "principal procedure", "pathology", "prognosis", "opinion", "tourniquet time", "counts",
			"technique and findings", "surgeon", "assistant", "question", "answer", "mental status examination", "past psychiatric history",
		}},
		{inner, []string{
			"general", "constitutional", "heent", "head", "eyes", "ears", "nose", "mouth", "throat", "ent", "neck", "chest", "lungs", "respiratory",
			"pulmonary", "heart", "cardiovascular", "cardiac", "abdomen", "gastrointestinal", "gi", "genitourinary", "gu", "rectal", "pelvic",
			"genitalia", "breasts", "back", "spine", "extremities", "musculoskeletal", "skin", "lymphatic", "lymph nodes", "neurologic",
			"neurological", "neuro", "psychiatric", "psych", "endocrine", "hematologic", "cranial nerves", "motor", "sensory", "reflexes",
			"gait", "vascular", "pulses", "thyroid", "blood pressure", "pulse", "temperature", "respirations", "weight", "height",
		}},
	}
}

// sentenceGoesOn lists words that make a heading's name the subject of a
// sentence: "family history is".
var sentenceGoesOn = set(
	"is was are were has had of as and or for from in on to at with by that which will would may can shows showed reveals revealed",
	"demonstrates demonstrated includes included remains remained consists consisted per be been being did does",
)
