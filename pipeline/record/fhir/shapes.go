package fhir

// The shapes of what is taken in (FHIR R4, 4.0.1), one line a type: elements with
// their types; ! is required, * a list. "value[x]:a|b" is a choice, of which one at
// most stands under the name of its type; "code(a|b)" is a code of a required
// binding. Modifier extensions and implicit rules are in no shape: they may turn
// what a resource says into its opposite, and none is understood here.

// common is what every resource may have.
const common = "id:id meta:Meta language:code text:Narrative contained:Resource* extension:Extension* "

const (
	about    = "identifier:Identifier* subject:Reference! encounter:Reference note:Annotation* "
	because  = "reasonCode:CodeableConcept* reasonReference:Reference* "
	follows  = "basedOn:Reference* partOf:Reference* "
	protocol = "instantiatesCanonical:canonical* instantiatesUri:uri* "
	span3    = "dateTime|Age|Period|Range|string"
	measured = "value[x]:Quantity|CodeableConcept|string|boolean|integer|Range|Ratio|SampledData|time|dateTime|Period " +
		"dataAbsentReason:CodeableConcept interpretation:CodeableConcept* referenceRange:Observation.referenceRange* "
	drug = "medication[x]:CodeableConcept|Reference! "
)

var shapes = compile(map[string]string{
	"Coverage": common + "identifier:Identifier* status:code(active|cancelled|draft|entered-in-error)! type:CodeableConcept policyHolder:Reference " +
		"subscriber:Reference subscriberId:string beneficiary:Reference! dependent:string relationship:CodeableConcept period:Period " +
		"payor:Reference*! class:Coverage.class* order:positiveInt network:string costToBeneficiary:Coverage.costToBeneficiary* subrogation:boolean contract:Reference*",
	"Coverage.class":                       "type:CodeableConcept! value:string! name:string",
	"Coverage.costToBeneficiary":           "type:CodeableConcept value[x]:Quantity|Money! exception:Coverage.costToBeneficiary.exception*",
	"Coverage.costToBeneficiary.exception": "type:CodeableConcept! period:Period",

	"Condition": common + about + "clinicalStatus:CodeableConcept verificationStatus:CodeableConcept category:CodeableConcept* severity:CodeableConcept " +
		"code:CodeableConcept bodySite:CodeableConcept* onset[x]:" + span3 + " abatement[x]:" + span3 +
		" recordedDate:dateTime recorder:Reference asserter:Reference stage:Condition.stage* evidence:Condition.evidence*",
	"Condition.stage":    "summary:CodeableConcept assessment:Reference* type:CodeableConcept",
	"Condition.evidence": "code:CodeableConcept* detail:Reference*",

	"AllergyIntolerance": common + "identifier:Identifier* clinicalStatus:CodeableConcept verificationStatus:CodeableConcept type:code(allergy|intolerance) " +
		"category:code(food|medication|environment|biologic)* criticality:code(low|high|unable-to-assess) code:CodeableConcept patient:Reference! " +
		"encounter:Reference onset[x]:" + span3 + " recordedDate:dateTime recorder:Reference asserter:Reference lastOccurrence:dateTime note:Annotation* reaction:AllergyIntolerance.reaction*",
	"AllergyIntolerance.reaction": "substance:CodeableConcept manifestation:CodeableConcept*! description:string onset:dateTime severity:code(mild|moderate|severe) " +
		"exposureRoute:CodeableConcept note:Annotation*",

	"MedicationStatement": common + follows + because + drug + "identifier:Identifier* status:code(active|completed|entered-in-error|intended|stopped|on-hold|unknown|not-taken)! " +
		"statusReason:CodeableConcept* category:CodeableConcept subject:Reference! context:Reference effective[x]:dateTime|Period dateAsserted:dateTime " +
		"informationSource:Reference derivedFrom:Reference* note:Annotation* dosage:Dosage*",
	"MedicationRequest": common + about + because + protocol + drug + "status:code(active|on-hold|cancelled|completed|entered-in-error|stopped|draft|unknown)! " +
		"statusReason:CodeableConcept intent:code(proposal|plan|order|original-order|reflex-order|filler-order|instance-order|option)! category:CodeableConcept* " +
		"priority:code(routine|urgent|asap|stat) doNotPerform:boolean reported[x]:boolean|Reference supportingInformation:Reference* authoredOn:dateTime " +
		"requester:Reference performer:Reference performerType:CodeableConcept recorder:Reference basedOn:Reference* groupIdentifier:Identifier " +
		"courseOfTherapyType:CodeableConcept insurance:Reference* dosageInstruction:Dosage* dispenseRequest:MedicationRequest.dispenseRequest " +
		"substitution:MedicationRequest.substitution priorPrescription:Reference detectedIssue:Reference* eventHistory:Reference*",
	"MedicationRequest.dispenseRequest": "initialFill:MedicationRequest.dispenseRequest.initialFill dispenseInterval:Quantity validityPeriod:Period " +
		"numberOfRepeatsAllowed:unsignedInt quantity:Quantity expectedSupplyDuration:Quantity performer:Reference",
	"MedicationRequest.dispenseRequest.initialFill": "quantity:Quantity duration:Quantity",
	"MedicationRequest.substitution":                "allowed[x]:boolean|CodeableConcept! reason:CodeableConcept",

	"Procedure": common + about + because + protocol + follows + "status:code(preparation|in-progress|not-done|on-hold|stopped|completed|entered-in-error|unknown)! " +
		"statusReason:CodeableConcept category:CodeableConcept code:CodeableConcept performed[x]:" + span3 + " recorder:Reference asserter:Reference " +
		"performer:Procedure.performer* location:Reference bodySite:CodeableConcept* outcome:CodeableConcept report:Reference* complication:CodeableConcept* " +
		"complicationDetail:Reference* followUp:CodeableConcept* focalDevice:Procedure.focalDevice* usedReference:Reference* usedCode:CodeableConcept*",
	"Procedure.performer":   "function:CodeableConcept actor:Reference! onBehalfOf:Reference",
	"Procedure.focalDevice": "action:CodeableConcept manipulated:Reference!",

	"Observation": common + about + follows + measured + "status:code(registered|preliminary|final|amended|corrected|cancelled|entered-in-error|unknown)! " +
		"category:CodeableConcept* code:CodeableConcept! focus:Reference* effective[x]:dateTime|Period|Timing|instant issued:instant performer:Reference* " +
		"bodySite:CodeableConcept method:CodeableConcept specimen:Reference device:Reference hasMember:Reference* derivedFrom:Reference* component:Observation.component*",
	"Observation.referenceRange": "low:Quantity high:Quantity type:CodeableConcept appliesTo:CodeableConcept* age:Range text:string",
	"Observation.component":      measured + "code:CodeableConcept!",

	"DocumentReference": common + "masterIdentifier:Identifier identifier:Identifier* status:code(current|superseded|entered-in-error)! " +
		"docStatus:code(preliminary|final|amended|entered-in-error) type:CodeableConcept category:CodeableConcept* subject:Reference! date:instant " +
		"author:Reference* authenticator:Reference custodian:Reference relatesTo:DocumentReference.relatesTo* description:string " +
		"securityLabel:CodeableConcept* content:DocumentReference.content*! context:DocumentReference.context",
	"DocumentReference.relatesTo": "code:code(replaces|transforms|signs|appends)! target:Reference!",
	"DocumentReference.content":   "attachment:Attachment! format:Coding",
	"DocumentReference.context": "encounter:Reference* event:CodeableConcept* period:Period facilityType:CodeableConcept practiceSetting:CodeableConcept " +
		"sourcePatientInfo:Reference related:Reference*",

	// What may be contained: who and which drug is meant where it has no address.
	"Medication": common + "identifier:Identifier* code:CodeableConcept status:code(active|inactive|entered-in-error) manufacturer:Reference " +
		"form:CodeableConcept amount:Ratio ingredient:Medication.ingredient* batch:Medication.batch",
	"Medication.ingredient": "item[x]:CodeableConcept|Reference! isActive:boolean strength:Ratio",
	"Medication.batch":      "lotNumber:string expirationDate:dateTime",
	"Practitioner": common + "identifier:Identifier* active:boolean name:HumanName* telecom:ContactPoint* address:Address* " +
		"gender:code(male|female|other|unknown) birthDate:date communication:CodeableConcept*",
	"Organization": common + "identifier:Identifier* active:boolean type:CodeableConcept* name:string alias:string* telecom:ContactPoint* address:Address* partOf:Reference",

	"Element":         "",
	"Meta":            "versionId:id lastUpdated:instant source:uri profile:canonical* security:Coding* tag:Coding*",
	"Narrative":       "status:code(generated|extensions|additional|empty)! div:xhtml!",
	"Identifier":      "use:code(usual|official|temp|secondary|old) type:CodeableConcept system:uri value:string period:Period assigner:Reference",
	"Coding":          "system:uri version:string code:code display:string userSelected:boolean",
	"CodeableConcept": "coding:Coding* text:string",
	"Reference":       "reference:string type:uri identifier:Identifier display:string",
	"Period":          "start:dateTime end:dateTime",
	"Quantity":        "value:decimal comparator:code(<|<=|>=|>) unit:string system:uri code:code",
	"Age":             "value:decimal comparator:code(<|<=|>=|>) unit:string system:uri code:code",
	"Money":           "value:decimal currency:code",
	"Range":           "low:Quantity high:Quantity",
	"Ratio":           "numerator:Quantity denominator:Quantity",
	"SampledData":     "origin:Quantity! period:decimal! factor:decimal lowerLimit:decimal upperLimit:decimal dimensions:positiveInt! data:string",
	"Annotation":      "author[x]:Reference|string time:dateTime text:markdown!",
	"Attachment":      "contentType:code language:code data:base64Binary url:url size:unsignedInt hash:base64Binary title:string creation:dateTime",
	"HumanName":       "use:code(usual|official|temp|nickname|anonymous|old|maiden) text:string family:string given:string* prefix:string* suffix:string* period:Period",
	"ContactPoint":    "system:code(phone|fax|email|pager|url|sms|other) value:string use:code(home|work|temp|old|mobile) rank:positiveInt period:Period",
	"Address": "use:code(home|work|temp|old|billing) type:code(postal|physical|both) text:string line:string* city:string district:string state:string " +
		"postalCode:string country:string period:Period",
	"Dosage": "sequence:integer text:string additionalInstruction:CodeableConcept* patientInstruction:string timing:Timing asNeeded[x]:boolean|CodeableConcept " +
		"site:CodeableConcept route:CodeableConcept method:CodeableConcept doseAndRate:Dosage.doseAndRate* maxDosePerPeriod:Ratio maxDosePerAdministration:Quantity maxDosePerLifetime:Quantity",
	"Dosage.doseAndRate": "type:CodeableConcept dose[x]:Range|Quantity rate[x]:Ratio|Range|Quantity",
	"Timing":             "event:dateTime* repeat:Timing.repeat code:CodeableConcept",
	"Timing.repeat": "bounds[x]:Quantity|Range|Period count:positiveInt countMax:positiveInt duration:decimal durationMax:decimal durationUnit:code(s|min|h|d|wk|mo|a) " +
		"frequency:positiveInt frequencyMax:positiveInt period:decimal periodMax:decimal periodUnit:code(s|min|h|d|wk|mo|a) dayOfWeek:code(mon|tue|wed|thu|fri|sat|sun)* " +
		"timeOfDay:time* when:code* offset:unsignedInt",
	"Extension": "url:uri! value[x]:base64Binary|boolean|canonical|code|date|dateTime|decimal|id|instant|integer|markdown|positiveInt|string|time|unsignedInt|uri|url|" +
		"Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactPoint|HumanName|Identifier|Money|Period|Quantity|Range|Ratio|Reference|SampledData|Timing|Dosage|Meta",
})

// containable are the resources that may stand inside another.
var containable = []string{"Medication", "Practitioner", "Organization"}
