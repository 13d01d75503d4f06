package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/store"
)

// deliveryPage is how many lines of the ledger a page shows.
const deliveryPage = 50

// maxWhy bounds what a person writes as a reason, in bytes.
const maxWhy = 500

// deliveriesData is the page of what goes to other records systems.
type deliveriesData struct {
	Lines        []deliveryView
	Destinations []string
	States       []stateView
	Destination  string // chosen; empty for all
	State        string // chosen: a state, "all", or empty for what has not arrived
	Number       string // document number that was asked for
	Next         int64  // where the next page begins; 0 on the last
	First        bool
	Report       pipeline.Reconciliation // the newest comparison; zero before the first
	Clean        bool
}

// stateView is a state with its words.
type stateView struct{ State, Text string }

// deliveryView is a line of the ledger with what can be done to it.
type deliveryView struct {
	pipeline.Dispatch
	Text                                    string // the state in words
	Tone                                    string
	Resend, Hold, Release, Settle, Withdraw bool
}

// deliveryWords says what the states mean.
var deliveryWords = map[pipeline.DispatchState]string{
	pipeline.DispatchWaiting: msg("Waits to be sent"),
	pipeline.DispatchSent:    msg("Sent, and acknowledged"),
	pipeline.DispatchUnknown: msg("Unknown: look there whether it arrived"),
	pipeline.DispatchParked:  msg("Parked: needs a person"),
	pipeline.DispatchHeld:    msg("Held back"),
}

var deliveryTones = map[pipeline.DispatchState]string{
	pipeline.DispatchSent: "good", pipeline.DispatchUnknown: "bad", pipeline.DispatchParked: "bad", pipeline.DispatchHeld: "hold",
}

func viewDelivery(d pipeline.Dispatch) deliveryView {
	st := d.State
	return deliveryView{
		Dispatch: d, Text: deliveryWords[st], Tone: deliveryTones[st],
		Resend: st != pipeline.DispatchHeld, Hold: st == pipeline.DispatchWaiting, Release: st == pipeline.DispatchHeld,
		Settle:   st == pipeline.DispatchUnknown || st == pipeline.DispatchParked,
		Withdraw: st == pipeline.DispatchSent && d.Withdrawal == "",
	}
}

func (s *Server) deliveryPages() []route {
	return []route{
		{pattern: "GET /deliveries", action: pipeline.ManageDeliveries, audit: true, handle: s.pageDeliveries},
		{pattern: "POST /deliveries", action: pipeline.ManageDeliveries, handle: s.postDeliveries},
	}
}

func (s *Server) pageDeliveries(w http.ResponseWriter, r *http.Request) error {
	return s.writeDeliveries(w, r, 0, "")
}

func (s *Server) writeDeliveries(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	data, err := s.deliveries(r)
	if err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "deliveries", title: msg("Deliveries"), status: status, trouble: trouble, data: data})
}

// deliveries reads what the address asks for.
func (s *Server) deliveries(r *http.Request) (data deliveriesData, err error) {
	ctx, q := r.Context(), r.URL.Query()
	data = deliveriesData{Destination: q.Get("destination"), State: q.Get("state"), Number: strings.TrimSpace(q.Get("number")), First: q.Get("before") == ""}
	for _, st := range pipeline.DispatchStates {
		data.States = append(data.States, stateView{string(st), deliveryWords[st]})
	}
	f := store.DispatchFilter{Destination: data.Destination, Limit: deliveryPage + 1, All: data.State == "all"}
	if !data.First {
		if f.Before, err = strconv.ParseInt(q.Get("before"), 10, 64); err != nil || f.Before < 1 {
			return data, pipeline.Errorf(pipeline.Invalid, "The address of the page is not one that this server made. Open the list again.")
		}
	}
	if st := pipeline.DispatchState(data.State); slices.Contains(pipeline.DispatchStates, st) {
		f.State = st
	} else if !f.All {
		data.State = ""
	}
	if data.Destinations, err = s.Store.Destinations(ctx); err != nil {
		return data, err
	}
	if data.Report, err = s.Store.LastReconciliation(ctx); err != nil {
		return data, err
	}
	data.Clean = data.Report.Clean()
	var list []pipeline.Dispatch
	if data.Number != "" {
		list, err = s.Store.DispatchesOf(ctx, data.Number)
	} else {
		list, err = s.Store.Dispatches(ctx, f)
	}
	if err != nil {
		return data, err
	}
	if data.Number == "" && len(list) > deliveryPage {
		list = list[:deliveryPage]
		data.Next = list[deliveryPage-1].ID
	}
	for _, d := range list {
		data.Lines = append(data.Lines, viewDelivery(d))
	}
	return data, nil
}

// postDeliveries does to a line what the button "do" says.
func (s *Server) postDeliveries(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	done, err := s.changeDelivery(r)
	switch kind := pipeline.KindOf(err); {
	case err == nil:
		return goTo(w, r, "/deliveries", done)
	case kind == pipeline.Invalid, kind == pipeline.Conflict, kind == pipeline.NotFound, kind == pipeline.Locked:
		return s.writeDeliveries(w, r, statuses[kind], s.sentence(r, err))
	}
	return err
}

func (s *Server) changeDelivery(r *http.Request) (done string, err error) {
	ctx, by := r.Context(), actor(r)
	id, err := strconv.ParseInt(r.PostFormValue("id"), 10, 64)
	if err != nil {
		return "", pipeline.Errorf(pipeline.Invalid, "The page did not say which delivery. Load it again.")
	}
	why := strings.TrimSpace(r.PostFormValue("reason"))
	if len(why) > maxWhy {
		return "", pipeline.Errorf(pipeline.Invalid, "The reason is too long; %d characters are enough.", maxWhy)
	}
	do := r.PostFormValue("do")
	if why == "" && (do == "hold" || do == "withdraw") {
		return "", pipeline.Errorf(pipeline.Invalid, "Say why; the reason is kept with the delivery.")
	}
	switch do {
	case "resend":
		_, err = s.Store.Resend(ctx, by, id)
	case "hold":
		_, err = s.Store.HoldDispatch(ctx, by, id, why)
	case "release":
		_, err = s.Store.ReleaseDispatch(ctx, by, id)
	case "settle":
		_, err = s.Store.SettleDispatch(ctx, by, id)
	case "withdraw":
		err = s.withdraw(r, id, why)
	default:
		err = pipeline.Errorf(pipeline.Invalid, "The page did not say what to do. Load it again.")
	}
	return "delivery-" + do, err
}

func (s *Server) withdraw(r *http.Request, id int64, why string) error {
	d, err := s.Store.DispatchByID(r.Context(), id)
	if err != nil {
		return err
	}
	return s.Store.WithdrawDispatch(r.Context(), actor(r), id, deliver.WithdrawalKey(d.DocumentNumber, d.Destination), why)
}
