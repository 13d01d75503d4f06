package push_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir/push"
	"dictation/pipeline/record/recordtest"
)

// service is a token service that checks assertions as SMART App Launch 2.0
// chapter 5 wants it, with the published key and no code of ours.
type service struct {
	t    *testing.T
	jwks map[string]any
	url  string
	now  func() time.Time

	mu     sync.Mutex
	seen   map[string]bool // jti
	given  int
	refuse bool
}

func (v *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	assertion := r.PostFormValue("client_assertion")
	if err := v.check(r, assertion); err != nil || v.refuse {
		v.t.Logf("assertion refused: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_client","error_description":"not you"}`)
		return
	}
	v.given++
	fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer","expires_in":300,"scope":"system/*.crs"}`, v.given)
}

func (v *service) check(r *http.Request, assertion string) error {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 || r.PostFormValue("grant_type") != "client_credentials" ||
		r.PostFormValue("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" ||
		!strings.Contains(r.PostFormValue("scope"), "system/DocumentReference.c") {
		return fmt.Errorf("form %v", r.PostForm)
	}
	var head struct{ Alg, Kid, Typ string }
	var claims struct {
		Iss, Sub, Aud, Jti string
		Exp                int64
	}
	if json.Unmarshal(bytes64(parts[0]), &head) != nil || json.Unmarshal(bytes64(parts[1]), &claims) != nil {
		return fmt.Errorf("not JSON")
	}
	life := time.Unix(claims.Exp, 0).Sub(v.now())
	switch {
	case claims.Iss != "client-7" || claims.Sub != "client-7" || claims.Aud != v.url || head.Typ != "JWT":
		return fmt.Errorf("claims %+v", claims)
	case life <= 0 || life > 5*time.Minute:
		return fmt.Errorf("life %s", life)
	case claims.Jti == "" || len(claims.Jti) > 151 || v.seen[claims.Jti]:
		return fmt.Errorf("jti %q", claims.Jti)
	}
	v.seen[claims.Jti] = true
	key := v.jwks["keys"].([]any)[0].(map[string]any)
	if key["kid"] != head.Kid || key["alg"] != head.Alg {
		return fmt.Errorf("key %v, head %+v", key, head)
	}
	return verify(key, parts[0]+"."+parts[1], bytes64(parts[2]))
}

func bytes64(s string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	return b
}

func number(v any) *big.Int { return new(big.Int).SetBytes(bytes64(v.(string))) }

func verify(key map[string]any, text string, signature []byte) error {
	sum := sha512.Sum384([]byte(text))
	if key["kty"] == "RSA" {
		pub := &rsa.PublicKey{N: number(key["n"]), E: int(number(key["e"]).Int64())}
		return rsa.VerifyPKCS1v15(pub, crypto.SHA384, sum[:], signature)
	}
	point := append([]byte{4}, append(bytes64(key["x"].(string)), bytes64(key["y"].(string))...)...)
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), point)
	if err != nil {
		return err
	}
	if len(signature) != 96 || !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(signature[:48]), new(big.Int).SetBytes(signature[48:])) {
		return fmt.Errorf("signature of %d bytes does not fit", len(signature))
	}
	return nil
}

// pems are one key of each sort in each writing.
func pems(t *testing.T) map[string][]byte {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r8, err1 := x509.MarshalPKCS8PrivateKey(r)
	e8, err2 := x509.MarshalPKCS8PrivateKey(e)
	e1, err3 := x509.MarshalECPrivateKey(e)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	block := func(kind string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}) }
	return map[string][]byte{
		"RSA PKCS#8": block("PRIVATE KEY", r8), "RSA PKCS#1": block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(r)),
		"EC PKCS#8": block("PRIVATE KEY", e8), "EC SEC1": block("EC PRIVATE KEY", e1),
	}
}

func TestBackendServices(t *testing.T) {
	t.Parallel()
	for name, text := range pems(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := push.ParseKey(text, "")
			if err != nil {
				t.Fatal(err)
			}
			clock := &atomic.Int64{}
			clock.Store(time.Date(2026, time.March, 4, 10, 0, 0, 0, time.UTC).Unix())
			now := func() time.Time { return time.Unix(clock.Load(), 0) }
			v := &service{t: t, seen: map[string]bool{}, now: now}
			if err := json.Unmarshal(key.JWKS(), &v.jwks); err != nil {
				t.Fatal(err)
			}
			tokens := httptest.NewServer(v)
			t.Cleanup(tokens.Close)
			v.url = tokens.URL + "/token"
			good := &atomic.Value{}
			good.Store("Bearer token-1")
			x := newServer(t, func(x *server) {
				x.token = func(r *http.Request) bool {
					return r.Header.Get("Authorization") == good.Load() || strings.HasSuffix(r.URL.Path, "/smart-configuration")
				}
			})
			x.config = v.url
			s := x.system(func(c *push.Config) {
				c.Token, c.Now, c.Backend = "", now, &push.Backend{ClientID: "client-7", Key: text}
			})
			send := func(n int) error {
				_, err := s.Attach(t.Context(), x.admit(recordtest.NewDocument(n)))
				return err
			}
			step := func(what string, err error, given int) {
				t.Helper()
				if err != nil || v.given != given {
					t.Fatalf("%s: %v; %d tokens given, want %d", what, err, v.given, given)
				}
			}
			step("first", send(1), 1)
			step("kept", send(2), 1)
			clock.Add(299) // within the margin before its end
			good.Store("Bearer token-2")
			step("renewed before its end", send(3), 2)
			good.Store("Bearer token-3")
			step("refused, so a new one", send(4), 3)
			good.Store("Bearer another")
			if err := send(5); pipeline.KindOf(err) != pipeline.Invalid || v.given != 4 {
				t.Errorf("refused twice: %v; %d tokens", err, v.given)
			}
			v.refuse = true
			if err := send(6); pipeline.KindOf(err) != pipeline.Invalid || !strings.Contains(err.Error(), "invalid_client") || strings.Contains(err.Error(), "not you") {
				t.Errorf("no token: %v", err)
			}
		})
	}
}

func TestKeysThatWillNotDo(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"none": nil, "short RSA": pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(small)}),
		"P-256":   pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}),
		"garbage": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}),
	} {
		if _, err := push.ParseKey(text, "id"); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
