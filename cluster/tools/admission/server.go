package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	dynamic "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	listers "k8s.io/client-go/listers/core/v1"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The API server's plugin for validating admission policies, with the policies, bindings and namespaces in its store.
type server struct {
	plugin *validating.Plugin
	client *fake.Clientset
	// The namespaces as the plugin sees them, a moment after they were written.
	seen listers.NamespaceLister
	end  context.CancelFunc
}

// A request as it reaches the plugin. One with what was there before is an update.
type request struct {
	object, before runtime.Object
	// The resource, where it is not the one of the object's kind.
	resource    *metav1.GroupVersionResource
	subresource string
	user        string
	// Labels that the namespace has meanwhile.
	labels map[string]string
}

func serve(written *written) (*server, error) {
	store := written.namespaces()
	for _, policy := range written.policies {
		store = append(store, policy)
	}
	for _, binding := range written.bindings {
		store = append(store, binding)
	}
	context, end := context.WithCancel(context.Background())
	client := fake.NewClientset(store...)
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		return nil, err
	}
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetRESTMapper(kinds())
	plugin.SetDynamicClient(dynamic.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetDrainedNotification(context.Done())
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysDenyAuthorizer())
	if err := plugin.ValidateInitialization(); err != nil {
		return nil, err
	}
	factory.Start(context.Done())
	factory.WaitForCacheSync(context.Done())
	return &server{plugin: plugin, client: client, seen: factory.Core().V1().Namespaces().Lister(), end: end}, nil
}

func (s *server) stop() {
	s.end()
}

// The server's refusal, or nothing.
func (s *server) ask(asked request) string {
	object, err := meta.Accessor(asked.object)
	if err != nil {
		return err.Error()
	}
	if err := s.label(object.GetNamespace(), asked.labels); err != nil {
		return err.Error()
	}
	kind := asked.object.GetObjectKind().GroupVersionKind()
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	if asked.resource != nil {
		resource = schema.GroupVersionResource(*asked.resource)
	}
	operation, options := admission.Create, runtime.Object(&metav1.CreateOptions{})
	if asked.before != nil {
		operation, options = admission.Update, &metav1.UpdateOptions{}
	}
	attributes := admission.NewAttributesRecord(asked.object, asked.before, kind, object.GetNamespace(), object.GetName(), resource,
		asked.subresource, operation, options, false, &user.DefaultInfo{Name: asked.user})
	interfaces := admission.NewObjectInterfacesFromScheme(scheme.Scheme)
	return message(s.plugin.Validate(context.Background(), attributes, interfaces))
}

// What the policy says, without the server's words around it.
func message(err error) string {
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	_, refusal, found := strings.Cut(status.ErrStatus.Message, "denied request: ")
	if !found {
		return status.ErrStatus.Message
	}
	return refusal
}

// Gives the namespace labels beside those that it has from the start, and waits until the plugin sees them.
func (s *server) label(name string, labels map[string]string) error {
	spaces := s.client.CoreV1().Namespaces()
	wanted := map[string]string{core.LabelMetadataName: name}
	for key, value := range labels {
		wanted[key] = value
	}
	found, err := spaces.Get(context.Background(), name, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("namespace `%s`: %w", name, err)
	}
	if fmt.Sprint(found.Labels) == fmt.Sprint(wanted) {
		return nil
	}
	found.Labels = wanted
	if _, err := spaces.Update(context.Background(), found, metav1.UpdateOptions{}); err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(context.Background(), time.Millisecond, 10*time.Second, true,
		func(context.Context) (bool, error) {
			seen, err := s.seen.Get(name)
			return err == nil && fmt.Sprint(seen.Labels) == fmt.Sprint(wanted), err
		})
}
