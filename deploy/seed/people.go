package seed

// person is one line of the made-up register.
type person struct {
	family, given string
	born          [3]int // year, month, day
	sex           string
	visits        []visit
}

// visit is an encounter told from today: how many days ago, at which hour (UTC)
// and for how many hours; none means that it still lasts.
type visit struct {
	class, reason, location string
	daysAgo, hour, hours    int
}

var people = []person{
	{"Abernathy", "Rosalind", [3]int{1948, 3, 17}, "female", []visit{
		{"IMP", "Community-acquired pneumonia", "Ward 4 East, bed 12", 3, 14, 0},
		{"AMB", "Follow-up of chronic obstructive pulmonary disease", "Pulmonary clinic", 41, 9, 1},
	}},
	{"Bjornsen", "Halvard", [3]int{1961, 11, 2}, "male", []visit{
		{"EMER", "Chest pain since this morning", "Emergency department, bay 3", 1, 7, 6},
	}},
	{"Castellanos", "Marisol", [3]int{1986, 7, 29}, "female", []visit{
		{"AMB", "Migraine with aura", "Neurology clinic", 8, 10, 1},
		{"AMB", "Annual examination", "Family medicine, room 2", 97, 13, 1},
	}},
	{"Dvoracek", "Tomas", [3]int{1973, 1, 20}, "male", []visit{
		{"IMP", "Laparoscopic cholecystectomy", "Surgical ward, bed 7", 2, 6, 0},
		{"EMER", "Right upper abdominal pain", "Emergency department, bay 9", 2, 1, 5},
		{"AMB", "Gallstones, consultation", "General surgery clinic", 20, 11, 1},
	}},
	{"Eberhardt", "Leopold", [3]int{1939, 9, 8}, "male", []visit{
		{"IMP", "Hip fracture, left, after a fall", "Orthopedic ward, bed 3", 6, 18, 0},
	}},
	{"Farrokhzad", "Shirin", [3]int{1992, 12, 11}, "female", []visit{
		{"AMB", "Prenatal visit, second trimester", "Obstetrics clinic", 5, 8, 1},
	}},
	{"Grimaldi", "Ottavio", [3]int{1955, 5, 5}, "male", []visit{
		{"AMB", "Type 2 diabetes, quarterly visit", "Internal medicine, room 5", 12, 9, 1},
		{"AMB", "Diabetic foot check", "Podiatry", 75, 15, 1},
	}},
	{"Holloway", "Imogen", [3]int{2017, 4, 23}, "female", []visit{
		{"EMER", "Wheezing and cough", "Pediatric emergency, room 1", 4, 20, 4},
		{"AMB", "Asthma follow-up", "Pediatrics clinic", 1, 14, 1},
	}},
	{"Ikegami", "Noriko", [3]int{1968, 10, 30}, "female", []visit{
		{"AMB", "Mammogram, callback", "Radiology, breast imaging", 7, 11, 2},
	}},
	{"Jankowiak", "Casimir", [3]int{1944, 6, 14}, "male", []visit{
		{"IMP", "Decompensated heart failure", "Cardiology ward, bed 15", 9, 16, 120},
		{"AMB", "Heart failure clinic, after discharge", "Cardiology clinic", 1, 10, 1},
	}},
	{"Kavanagh", "Desmond", [3]int{1979, 2, 28}, "male", []visit{
		{"AMB", "Low back pain, magnetic resonance imaging", "Radiology, MRI 1", 3, 12, 1},
	}},
	{"Lindqvist", "Annika", [3]int{1983, 8, 19}, "female", []visit{
		{"IMP", "Acute appendicitis", "Surgical ward, bed 2", 15, 3, 52},
		{"AMB", "Wound check after appendectomy", "General surgery clinic", 4, 13, 1},
	}},
	{"Mbatha", "Thandiwe", [3]int{1999, 1, 6}, "female", []visit{
		{"EMER", "Ankle injury, right", "Emergency department, bay 5", 2, 17, 3},
	}},
	{"Nakhimov", "Sasha", [3]int{1990, 3, 3}, "other", []visit{
		{"AMB", "Thyroid nodule, consultation", "Endocrinology clinic", 10, 9, 1},
		{"AMB", "Ultrasound of the thyroid", "Radiology, ultrasound 2", 6, 15, 1},
	}},
}
