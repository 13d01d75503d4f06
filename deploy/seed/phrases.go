package seed

// Phrase is text of the made-up site that need not be typed again.
type Phrase struct {
	Kind, Worktype, Trigger, Title, Text string
}

// Phrases lists the site's expanders, normals and templates.
func Phrases() []Phrase {
	return []Phrase{
		{"expander", "", "sob", "", "shortness of breath"},
		{"expander", "", "htn", "", "hypertension"},
		{"expander", "", "nkda", "", "no known drug allergies"},
		{"expander", "", "wnl", "", "within normal limits"},
		{"expander", "", "cabg", "", "coronary artery bypass grafting"},
		{"expander", "", "prn", "", "as needed"},
		{"normal", "", "nlung", "Lungs, nothing found", "LUNGS: Clear to auscultation on both sides, no wheezes, rales or rhonchi. Respiratory rate [rate] per minute."},
		{"normal", "", "nheart", "Heart, nothing found", "HEART: Regular rate and rhythm, [rate] beats per minute. No murmurs, rubs or gallops."},
		{"normal", "", "nabd", "Abdomen, nothing found", "ABDOMEN: Soft, nontender, nondistended. Bowel sounds are [sounds: normal|decreased|increased]. No organomegaly."},
		{"normal", "", "nneuro", "Nervous system, nothing found", "NEUROLOGIC: Alert and oriented to person, place and time. Cranial nerves II through XII are intact. Strength is [strength: 5/5|4/5|3/5] in all extremities."},
		{"normal", "radiology-report", "ncxr", "Chest film, nothing found", "The heart is of normal size. The lungs are clear. There is no effusion and no pneumothorax.\n\nIMPRESSION: No acute cardiopulmonary disease."},
		{"template", "consultation", "tcons", "Consultation", "REASON FOR CONSULTATION:\n[reason]\n\nHISTORY OF PRESENT ILLNESS:\n[history]\n\nMEDICATIONS:\n[medications]\n\nALLERGIES:\n[allergies]\n\nPHYSICAL EXAMINATION:\n[examination]\n\nASSESSMENT AND PLAN:\n[assessment and plan]"},
		{"template", "operative-report", "top", "Operative report", "PREOPERATIVE DIAGNOSIS:\n[diagnosis]\n\nPOSTOPERATIVE DIAGNOSIS:\n[diagnosis: Same|Other, see below]\n\nPROCEDURE:\n[procedure]\n\nANESTHESIA:\n[anesthesia: General|Spinal|Local]\n\nESTIMATED BLOOD LOSS:\n[blood loss] mL\n\nDESCRIPTION OF PROCEDURE:\n[description]"},
		{"template", "discharge-summary", "tdis", "Discharge summary", "ADMISSION DIAGNOSIS:\n[diagnosis]\n\nDISCHARGE DIAGNOSIS:\n[diagnosis]\n\nHOSPITAL COURSE:\n[course]\n\nDISCHARGE MEDICATIONS:\n[medications]\n\nFOLLOW-UP:\n[follow-up]"},
		{"template", "progress-note", "tprog", "Progress note", "SUBJECTIVE:\n[subjective]\n\nOBJECTIVE:\n[objective]\n\nASSESSMENT:\n[assessment]\n\nPLAN:\n[plan]"},
		{"template", "letter", "tlet", "Letter to a colleague", "Dear Dr. [name]:\n\nThank you for referring this patient.\n\n[findings]\n\nSincerely,"},
	}
}
