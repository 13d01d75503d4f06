package push

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"

	"dictation/pipeline"
)

// Key is the private key that the site signs its assertions with.
type Key struct {
	id  string
	rsa *rsa.PrivateKey
	ec  *ecdsa.PrivateKey
}

// ParseKey reads a private key in PEM (PKCS#8, PKCS#1 or SEC 1): RSA of at least
// 2048 bits, which signs RS384, or ECDSA on P-384, which signs ES384. An empty id
// becomes the key's thumbprint (RFC 7638). Errors do not tell the key.
func ParseKey(text []byte, id string) (*Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, badKey()
	}
	var parsed any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, badKey()
	}
	k := &Key{id: id}
	switch p := parsed.(type) {
	case *rsa.PrivateKey:
		k.rsa = p
	case *ecdsa.PrivateKey:
		k.ec = p
	}
	if k.rsa == nil && k.ec == nil || k.rsa != nil && k.rsa.N.BitLen() < 2048 || k.ec != nil && k.ec.Curve != elliptic.P384() {
		return nil, badKey()
	}
	if k.id == "" {
		k.id = k.thumbprint()
	}
	return k, nil
}

func badKey() error {
	return pipeline.Errorf(pipeline.Invalid, "The key for SMART Backend Services cannot be used. It must be a private key in PEM: RSA of at least 2048 bits, or ECDSA on P-384.")
}

// jwk holds a public key; the fields are in the order of RFC 7638.
type jwk struct {
	Crv string `json:"crv,omitempty"`
	E   string `json:"e,omitempty"`
	Kty string `json:"kty"`
	N   string `json:"n,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

var b64 = base64.RawURLEncoding

func (k *Key) public() jwk {
	if k.rsa != nil {
		return jwk{Kty: "RSA", N: b64.EncodeToString(k.rsa.N.Bytes()), E: b64.EncodeToString(big.NewInt(int64(k.rsa.E)).Bytes())}
	}
	point, err := k.ec.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return jwk{} // of a curve that ParseKey does not let in
	}
	return jwk{Kty: "EC", Crv: "P-384", X: b64.EncodeToString(point[1:49]), Y: b64.EncodeToString(point[49:])}
}

func (k *Key) thumbprint() string {
	text, _ := json.Marshal(k.public()) // strings always marshal
	sum := sha256.Sum256(text)
	return b64.EncodeToString(sum[:])
}

func (k *Key) algorithm() string {
	if k.rsa != nil {
		return "RS384"
	}
	return "ES384"
}

// JWKS is the public key as the JSON Web Key Set that the server's
// administrators register or fetch.
func (k *Key) JWKS() []byte {
	type published struct {
		jwk
		Alg string   `json:"alg"`
		ID  string   `json:"kid"`
		Use string   `json:"use"`
		Ops []string `json:"key_ops"`
	}
	set := struct {
		Keys []published `json:"keys"`
	}{[]published{{k.public(), k.algorithm(), k.id, "sig", []string{"verify"}}}}
	text, _ := json.Marshal(set) // strings always marshal
	return text
}

// jwt signs claims.
func (k *Key) jwt(claims any) (string, error) {
	head, err := json.Marshal(map[string]string{"alg": k.algorithm(), "kid": k.id, "typ": "JWT"})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := b64.EncodeToString(head) + "." + b64.EncodeToString(body)
	sum := sha512.Sum384([]byte(text))
	var signature []byte
	if k.rsa != nil {
		signature, err = rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA384, sum[:])
	} else {
		signature, err = k.signEC(sum[:])
	}
	return text + "." + b64.EncodeToString(signature), err
}

// signEC gives the two numbers one behind the other, each of the curve's length
// (RFC 7518 3.4).
func (k *Key) signEC(sum []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, k.ec, sum)
	if err != nil {
		return nil, err
	}
	const size = 48
	out := make([]byte, 2*size)
	r.FillBytes(out[:size])
	s.FillBytes(out[size:])
	return out, nil
}
