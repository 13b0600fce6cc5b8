package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.savepoint.model.ClusterId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobManagerEndpointsTest {
    private static final ClusterId ORDERS = ClusterId.of("shop", "orders");
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    @Test
    void has_defaults_for_a_cluster_that_is_not_known() {
        JobManagerEndpoints endpoints = JobManagerEndpoints.ofResources(cluster -> Optional.empty());

        assertThat(endpoints.endpointOf(ORDERS)).hasToString("http://orders-jobmanager.shop:8081");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                             | http  | 8081",
                "{jobManager: null, flinkProperties: null}                      | http  | 8081",
                "{jobManager: {replicas: 1}}                                    | http  | 8081",
                "{jobManager: {ports: {rpc: 6123}}}                             | http  | 8081",
                "{jobManager: {ports: {ui: 1}}}                                 | http  | 1",
                "{jobManager: {ports: {ui: 65535}}}                             | http  | 65535",
                "{flinkProperties: {security.ssl.rest.enabled: 'true'}}         | https | 8081",
                "{flinkProperties: {security.ssl.rest.enabled: TRUE}}           | https | 8081",
                "{flinkProperties: {security.ssl.rest.enabled: true}}           | https | 8081",
                "{flinkProperties: {security.ssl.rest.enabled: 'false'}}        | http  | 8081",
                "{flinkProperties: {security.ssl.internal.enabled: 'true'}}     | http  | 8081",
                "{jobManager: {ports: {ui: 8443}}, flinkProperties: {security.ssl.rest.enabled: 'true'}} | https | 8443"
            })
    void reads_port_and_scheme_from_the_resource(String spec, String scheme, int port) {
        assertThat(of(spec).endpointOf(ORDERS)).hasToString(scheme + "://orders-jobmanager.shop:" + port);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{jobManager: {ports: {ui: http}}}    | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was the text 'http'",
                "{jobManager: {ports: {ui: '8081'}}}  | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was the text '8081'",
                "{jobManager: {ports: {ui: 0}}}       | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was '0'",
                "{jobManager: {ports: {ui: -1}}}      | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was '-1'",
                "{jobManager: {ports: {ui: 65536}}}   | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was '65536'",
                "{jobManager: {ports: {ui: 4294975377}}} | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was '4294975377'",
                "{jobManager: {ports: {ui: 80.5}}}    | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was '80.5'",
                "{jobManager: {ports: {ui: [8081]}}}  | spec.jobManager.ports.ui must be a whole number from 1 to 65535, was '[8081]'",
                "{jobManager: {ports: 8081}}          | spec.jobManager.ports must be an object, was '8081'",
                "{jobManager: big}                    | spec.jobManager must be an object, was the text 'big'",
                "{flinkProperties: [a]}               | spec.flinkProperties must be an object, was '[a]'"
            })
    void names_field_value_and_cluster_of_what_is_malformed(String spec, String message) {
        JobManagerEndpoints endpoints = of(spec);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> endpoints.endpointOf(ORDERS))
                .withMessage("FlinkCluster shop/orders: " + message);
    }

    @Test
    void shows_the_beginning_of_a_long_value() {
        JobManagerEndpoints endpoints = of("{jobManager: " + "x".repeat(5000) + "}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> endpoints.endpointOf(ORDERS))
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a@evil", "a?b", "a#b", "a:80"})
    void refuses_names_that_make_no_host(String name) {
        ClusterId odd = ClusterId.of("shop", name);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("{}").endpointOf(odd))
                .withMessageContaining("cluster shop/" + name);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        JobManagerEndpoints.template("http://{name}-jm:8081").endpointOf(odd))
                .withMessageContaining("cluster shop/" + name);
    }

    @ParameterizedTest
    @CsvSource({
        "http://{name}-jobmanager.{namespace}:8081, http://orders-jobmanager.shop:8081",
        "https://{namespace}.example.com/{name}/flink, https://shop.example.com/orders/flink",
        "HTTP://localhost:8081, HTTP://localhost:8081",
        "http://[::1]:8081/{name}{name}, http://[::1]:8081/ordersorders"
    })
    void fills_a_template(String template, String url) {
        assertThat(JobManagerEndpoints.template(template).endpointOf(ORDERS)).hasToString(url);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://{cluster}:8081           | it may have the placeholders {name} and {namespace} only, not {cluster}",
                "http://{Name}:8081              | it may have the placeholders {name} and {namespace} only, not {Name}",
                "http://{}:8081                  | it may have the placeholders {name} and {namespace} only, not {}",
                "http://{name:8081               | it is not a URL",
                "http://{name}}:8081             | it is not a URL",
                "ftp://{name}                    | it must begin with http:// or https://",
                "{name}:8081                     | it must begin with http:// or https://",
                "//{name}:8081                   | it must begin with http:// or https://",
                "http:{name}                     | it must name a host",
                "http://{name}:81234             | it must name a host, and a port up to 65535",
                "http://{name}:port              | it must name a host",
                "http://{name}:8081/?x={name}    | it must not have a query or a fragment",
                "http://{name}:8081/#x           | it must not have a query or a fragment"
            })
    void refuses_a_template_that_makes_no_endpoint(String template, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobManagerEndpoints.template(template))
                .withMessageStartingWith(
                        "template must be a URL like http://{name}-jobmanager.{namespace}:8081: " + rule)
                .withMessageEndingWith("; was '" + template + "'");
    }

    @Test
    void does_not_repeat_a_password() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobManagerEndpoints.template("http://me:secret@{name}:8081"))
                .withMessageContaining("it must not carry user and password")
                .withMessageNotContainingAny("secret");
    }

    private static JobManagerEndpoints of(String spec) {
        GenericKubernetesResource resource = YAML.unmarshal(
                "apiVersion: flinkoperator.k8s.io/v1beta1\nkind: FlinkCluster\nspec: " + spec,
                GenericKubernetesResource.class);
        return JobManagerEndpoints.ofResources(cluster -> Optional.of(resource));
    }
}
