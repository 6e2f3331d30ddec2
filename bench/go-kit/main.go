// A gateway for the string service with go-kit, built like its apigateway example: it decodes and encodes JSON, and uses
// lb.Retry over lb.RoundRobin. Its arguments are the instances.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"time"

	"github.com/go-kit/kit/endpoint"
	"github.com/go-kit/kit/log"
	"github.com/go-kit/kit/sd"
	"github.com/go-kit/kit/sd/lb"
	httptransport "github.com/go-kit/kit/transport/http"
)

type uppercaseRequest struct {
	S string `json:"s"`
}

type uppercaseResponse struct {
	V string `json:"v"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "host:port")
	version := flag.Bool("version", false, "say what it was built with")
	flag.Parse()
	if *version {
		fmt.Println(runtime.Version())
		return
	}
	logger := log.NewLogfmtLogger(log.NewSyncWriter(os.Stdout))

	// by default Go keeps two connections to an instance
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 1024
	client := &http.Client{Transport: transport}

	factory := func(instance string) (endpoint.Endpoint, io.Closer, error) {
		target := &url.URL{Scheme: "http", Host: instance, Path: "/uppercase"}
		return httptransport.NewClient(http.MethodPost, target, httptransport.EncodeJSONRequest, decodeResponse,
			httptransport.SetClient(client)).Endpoint(), nil, nil
	}
	endpointer := sd.NewEndpointer(sd.FixedInstancer(flag.Args()), factory, logger)
	uppercase := lb.Retry(3, 3*time.Second, lb.NewRoundRobin(endpointer))

	handler := httptransport.NewServer(uppercase, decodeRequest, httptransport.EncodeJSONResponse,
		httptransport.ServerBefore(func(ctx context.Context, r *http.Request) context.Context {
			return context.WithValue(ctx, begun{}, time.Now())
		}),
		httptransport.ServerFinalizer(func(ctx context.Context, code int, r *http.Request) {
			took := time.Since(ctx.Value(begun{}).(time.Time))
			logger.Log("ts", time.Now().UTC().Format(time.RFC3339Nano), "method", r.Method, "path", r.URL.Path,
				"status", code, "took", took)
		}))
	http.Handle("/stringsvc/uppercase", handler)
	logger.Log("err", http.ListenAndServe(*listen, nil))
	os.Exit(1)
}

// the context's key for the time when a request came
type begun struct{}

func decodeRequest(_ context.Context, r *http.Request) (interface{}, error) {
	var request uppercaseRequest
	err := json.NewDecoder(r.Body).Decode(&request)
	return request, err
}

func decodeResponse(_ context.Context, r *http.Response) (interface{}, error) {
	var response uppercaseResponse
	err := json.NewDecoder(r.Body).Decode(&response)
	return response, err
}
