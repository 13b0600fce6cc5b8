package io.savepoint.examples.operator;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.savepoint.k8s.model.FlinkCluster;
import java.io.File;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gets at the API server, or says in one line why not. */
final class ApiServerAccess {
    private static final int PROBE_MILLIS = 10_000;

    private ApiServerAccess() {}

    /**
     * Reads one FlinkCluster of each namespace, as the store will read them all.
     *
     * @param namespaces those that will be looked after; none for all
     * @param selector by which labels
     */
    static KubernetesClient connect(List<String> namespaces, @Nullable String selector) {
        Config config = configuration();
        // Not retried here: whoever starts this shall hear at once what is wrong.
        Config once = new ConfigBuilder(config)
                .withRequestRetryBackoffLimit(0)
                .withConnectionTimeout(PROBE_MILLIS)
                .withRequestTimeout(PROBE_MILLIS)
                .build();
        try (KubernetesClient probe = build(once)) {
            for (String namespace : namespaces.isEmpty() ? List.of("") : namespaces) {
                list(probe, namespace, selector);
            }
        }
        return build(config);
    }

    private static Config configuration() {
        String file = System.getenv("KUBECONFIG");
        if (file != null && !file.isBlank() && !file.contains(File.pathSeparator) && !Files.isReadable(Path.of(file))) {
            throw new StartException("KUBECONFIG names " + file + ", which is no readable file");
        }
        return Config.autoConfigure(null);
    }

    private static KubernetesClient build(Config config) {
        try {
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (RuntimeException e) {
            String why = cause(e);
            String advice = why.contains("Invalid DER")
                    ? "; if the client key of the kubeconfig is one of an elliptic curve, set KUBERNETES_CERTS_CLIENT_KEY_ALGO=EC"
                    : "; look at KUBECONFIG";
            throw new StartException("the credentials for the API server cannot be used: " + why + advice);
        }
    }

    private static void list(KubernetesClient client, String namespace, @Nullable String selector) {
        var all = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(FlinkCluster.class));
        try {
            (namespace.isEmpty() ? all.inAnyNamespace() : all.inNamespace(namespace))
                    .list(new ListOptionsBuilder()
                            .withLimit(1L)
                            .withLabelSelector(selector)
                            .build());
        } catch (KubernetesClientException e) {
            throw new StartException(explain(client, namespace, e));
        }
    }

    private static String explain(KubernetesClient client, String namespace, KubernetesClientException e) {
        String where = namespace.isEmpty() ? "" : " of the namespace " + namespace;
        String server = "the API server " + client.getMasterUrl();
        return switch (e.getCode()) {
            case 0, -1 ->
                server + " cannot be reached: " + cause(e)
                        + "; look at KUBECONFIG or ~/.kube/config, or run this in a pod with a ServiceAccount";
            case 401 -> server + " does not accept the credentials: " + cause(e);
            case 403 ->
                "the FlinkClusters" + where + " may not be listed: " + cause(e)
                        + "; bind the ClusterRole of deploy/rbac.yaml, or a Role with its rules in every namespace of"
                        + " --namespaces";
            case 400 -> "the FlinkClusters" + where + " cannot be listed: " + cause(e) + "; look at --selector";
            case 404 -> server + " has no FlinkClusters; apply crd.yaml of savepoint-examples/deploy";
            default -> "the FlinkClusters" + where + " cannot be listed: " + cause(e);
        };
    }

    /** The innermost reason: those around it say what was asked, which is said here already. */
    private static String cause(Throwable thrown) {
        Throwable innermost = thrown;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        if (innermost instanceof KubernetesClientException told && told.getStatus() != null) {
            return told.getStatus().getMessage();
        }
        if (innermost instanceof UnresolvedAddressException) {
            return "its name cannot be resolved";
        }
        if (innermost instanceof ClosedChannelException) { // what the JDK's client makes of it
            return "nobody listens there, or the connection was closed";
        }
        return innermost.getMessage() == null ? innermost.toString() : innermost.getMessage();
    }
}
