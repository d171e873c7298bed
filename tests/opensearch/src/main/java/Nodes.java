import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.script.expression.ExpressionPlugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * Nodes of a cluster of OpenSearch in one process, stopped and started by lines of standard input: all of the cluster, or
 * some, where the others are processes of their own.
 *
 * <p>Arguments: a folder for what they keep, the ports of all nodes of the cluster as {@code HTTP/TRANSPORT,...}, the
 * numbers of those that are to run here as {@code I,...}, and any settings as {@code name=value}.
 * Commands: {@code stop I} and {@code start I}. Each is answered by one line on standard output, {@code stopped I}
 * or {@code ready I}; all nodes are told ready at first, each when it has joined the others. The end of the
 * input ends the process, so that it does not outlive the one that started it. Logs go to standard error.
 */
public final class Nodes {
    private static final List<Class<? extends Plugin>> PLUGINS = List.of(
        Netty4Plugin.class,
        CommonAnalysisPlugin.class,
        MapperExtrasPlugin.class,
        ReindexPlugin.class,
        PainlessPlugin.class,
        ExpressionPlugin.class
    );

    private static final class ClassPathNode extends Node {
        ClassPathNode(Environment environment) {
            super(environment, plugins(), true);
        }

        /** Those above, and what the property {@code plugin} names. */
        private static List<Class<? extends Plugin>> plugins() {
            List<Class<? extends Plugin>> all = new ArrayList<>(PLUGINS);
            String name = System.getProperty("plugin");
            if (name != null) {
                try {
                    all.add(Class.forName(name).asSubclass(Plugin.class));
                } catch (ClassNotFoundException missing) {
                    throw new IllegalArgumentException(missing);
                }
            }
            return all;
        }
    }

    private final PrintStream answers;
    private final Settings[] settings;
    private final Node[] nodes;

    private Nodes(PrintStream answers, Path folder, String[] ports, Settings extra) {
        this.answers = answers;
        int count = ports.length;
        settings = new Settings[count];
        nodes = new Node[count];
        List<String> names = IntStream.range(0, count).mapToObj(i -> "node-" + i).collect(Collectors.toList());
        List<String> seeds = Arrays.stream(ports).map(both -> "127.0.0.1:" + both.split("/")[1]).collect(Collectors.toList());
        for (int i = 0; i < count; i++) {
            Settings.Builder builder = Settings.builder()
                .put("cluster.name", "searchlib-tests")
                .put("node.name", names.get(i))
                .put("path.home", folder.resolve(names.get(i)).toString())
                .put("network.host", "127.0.0.1")
                .put("http.port", ports[i].split("/")[0])
                .put("transport.port", ports[i].split("/")[1])
                .put("cluster.routing.allocation.disk.threshold_enabled", false); // a full disk says nothing of searchlib
            if (count == 1) {
                builder.put("discovery.type", "single-node");
            } else {
                builder.putList("discovery.seed_hosts", seeds).putList("cluster.initial_cluster_manager_nodes", names);
            }
            settings[i] = builder.put(extra).build();
        }
    }

    private void make(int i) {
        nodes[i] = new ClassPathNode(InternalSettingsPreparer.prepareEnvironment(settings[i], Map.of(), null, () -> "node"));
    }

    private void stop(int i) throws Exception {
        nodes[i].close();
        if (!nodes[i].awaitClose(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("node " + i + " did not close within 30 s");
        }
        nodes[i] = null;
        answers.println("stopped " + i);
    }

    /**
     * Made one after another, since Painless builds its lists of what a script may call without a lock; started side
     * by side, since none is ready before most of them have found each other.
     */
    private void startAll(int[] own) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i : own) {
            make(i);
            threads.add(new Thread(() -> orDie(() -> nodes[i].start()), "start-" + i));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i : own) {
            answers.println("ready " + i);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void orDie(Step step) {
        try {
            step.run();
        } catch (Throwable failure) {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private void obey(String command) throws Exception {
        String[] words = command.split(" ");
        int node = Integer.parseInt(words[1]);
        if (words[0].equals("stop")) {
            stop(node);
        } else {
            make(node);
            nodes[node].start();
            answers.println("ready " + node);
        }
    }

    public static void main(String[] arguments) {
        PrintStream answers = System.out;
        System.setOut(System.err); // the logs' default is standard output
        orDie(() -> {
            Settings.Builder extra = Settings.builder();
            for (int i = 3; i < arguments.length; i++) {
                String[] pair = arguments[i].split("=", 2);
                extra.put(pair[0], pair[1]);
            }
            Nodes nodes = new Nodes(answers, Path.of(arguments[0]), arguments[1].split(","), extra.build());
            nodes.startAll(Arrays.stream(arguments[2].split(",")).mapToInt(Integer::parseInt).toArray());
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                nodes.obey(line);
            }
        });
        Runtime.getRuntime().halt(0); // the folder is thrown away: nothing has to be closed
    }
}
