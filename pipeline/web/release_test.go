package web

import (
	archive "archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// unpacked reads a ZIP file.
func unpacked(t *testing.T, body []byte) map[string]string {
	t.Helper()
	z, err := archive.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

func TestRelease(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, doc := x.filedText("author", noteText)
	patient := "/patients/" + doc.Patient.ID
	ask := url.Values{"recipient": {"Example <Insurance>"}, "reason": {"Request of the patient"}}
	x.form("clinician", patient+"/release", ask).want(http.StatusForbidden)
	x.form("records", patient+"/release", url.Values{"recipient": {"ab"}, "reason": {"Request"}}).want(http.StatusBadRequest).has("Nothing was given out")
	x.form("records", patient+"/release", url.Values{"recipient": {"Somebody"}}).want(http.StatusBadRequest)
	x.do("records", "GET", patient+"/disclosures", nil).want(http.StatusOK).has("given to nobody", "Give the record out")
	a := x.form("records", patient+"/release", ask).want(http.StatusOK)
	if strings.Contains(a.header.Get("Content-Disposition"), "MRN") {
		t.Error("the file's name tells whose record it is")
	}
	files := unpacked(t, a.body)
	if files["notes/"+d.JobNumber+".txt"] != noteText || files["audio/"+d.JobNumber+".wav"] != "RIFF0123456789" || files["notes/"+d.JobNumber+".sealed.json"] == "" || !strings.HasPrefix(files["notes/"+d.JobNumber+".pdf"], "%PDF-") {
		t.Errorf("the file has %v", files)
	}
	var m manifest
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil || m.Documents != 1 || len(m.Files) != len(files)-1 {
		t.Errorf("manifest %+v, %v", m, err)
	}
	for _, f := range m.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(files[f.Name])) {
			t.Errorf("%s is not as the manifest says", f.Name)
		}
	}
	var bundle struct {
		Type  string
		Entry []struct{ Resource struct{ ResourceType string } }
	}
	if err := json.Unmarshal([]byte(files["bundle.json"]), &bundle); err != nil || bundle.Type != "collection" || len(bundle.Entry) != 3 {
		t.Errorf("bundle %+v, %v", bundle, err)
	}
	sum := sha256.Sum256([]byte(files["manifest.json"]))
	x.do("auditor", "GET", patient+"/disclosures", nil).want(http.StatusOK).
		has("Example &lt;Insurance&gt;", "Request of the patient", "Dr records", "One document", hex.EncodeToString(sum[:])).lacks("Give the record out", "<Insurance>")
	for _, action := range []string{"record.release", "record.released"} {
		if x.audited("records", action, "", doc.Patient.ID) != 1 {
			t.Errorf("%s is not in the audit once", action)
		}
	}
}

// TestBrokenReleaseIsNoFile: when the sound is away nothing whole arrives, and the
// page says so.
func TestBrokenReleaseIsNoFile(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, doc := x.filedText("author", noteText)
	if err := x.Blob.Delete(t.Context(), d.Sound.Canonical.Key); err != nil {
		t.Fatal(err)
	}
	patient := "/patients/" + doc.Patient.ID
	body := url.Values{"recipient": {"Somebody"}, "reason": {"Request"}}.Encode()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.url+patient+"/release", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+x.accounts["records"].token)
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		defer resp.Body.Close()
		if b, err := io.ReadAll(resp.Body); err == nil {
			t.Errorf("%d bytes arrived as if whole", len(b))
		}
	}
	x.do("records", "GET", patient+"/disclosures", nil).want(http.StatusOK).has("Not known to have arrived whole")
}
