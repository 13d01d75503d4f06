package pipeline

import (
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Role is what an account may do. An account may have several.
type Role string

// The roles.
const (
	RoleAuthor           Role = "author"           // dictates, sees own dictations
	RoleTranscriptionist Role = "transcriptionist" // types and edits claimed jobs
	RoleQA               Role = "qa"               // checks typed jobs
	RoleLead             Role = "lead"             // types and checks, hands out work, keeps the pools
	RoleClinician        Role = "clinician"        // signs, reads charts
	RoleRecords          Role = "records"          // the records system: reads charts and FHIR
	RoleAuditor          Role = "auditor"          // reads the audit, no text
	RoleAdmin            Role = "admin"            // accounts and jobs, no text
)

// Roles lists the roles in the order they are shown.
var Roles = []Role{RoleAuthor, RoleTranscriptionist, RoleQA, RoleLead, RoleClinician, RoleRecords, RoleAuditor, RoleAdmin}

// ParseRole reads a role name.
func ParseRole(s string) (Role, error) {
	if r := Role(strings.ToLower(strings.TrimSpace(s))); slices.Contains(Roles, r) {
		return r, nil
	}
	return "", Errorf(Invalid, "There is no role %q. The roles are author, transcriptionist, qa, lead, clinician, records, auditor and admin.", s)
}

// User is an account.
type User struct {
	ID       string // UUID
	Username string
	Name     string // as it stands under a note
	Roles    []Role
	Disabled bool
	Created  time.Time

	Language string // of the pages, as BCP 47; empty follows the browser
	Looks    string // of the pages: "light", "dark"; empty follows the browser

	AttendingID string   // who signs after this author; empty for most
	Scopes      []string // of the token it came with; none is all that the account may
	ProxyFor    []string // ids of the authors who let this account sign for them just now
}

// Is reports whether the account has any of the roles.
func (u User) Is(roles ...Role) bool {
	for _, r := range roles {
		if slices.Contains(u.Roles, r) {
			return true
		}
	}
	return false
}

// LogValue keeps names out of logs.
func (u User) LogValue() slog.Value { return slog.StringValue(u.ID) }
