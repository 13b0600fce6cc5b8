package io.savepoint.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code in the README is the code of the examples, which compiles. */
class ReadmeTest {
    private static final Pattern SNIPPET =
            Pattern.compile("<!-- from (\\w+)\\.java: (\\w+) -->\\n```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void everySnippetIsTheExamplesOwnCode() throws IOException {
        Matcher snippets = SNIPPET.matcher(Files.readString(Path.of("..", "README.md")));
        int count = 0;
        while (snippets.find()) {
            Path source = Path.of("src/main/java/io/savepoint/examples", snippets.group(1) + ".java");
            assertThat(snippets.group(3)).as("snippet of %s", source).isEqualTo(region(source, snippets.group(2)));
            count++;
        }
        assertThat(count).as("snippets in the README").isEqualTo(5);
    }

    private static String region(Path source, String name) throws IOException {
        Matcher region = Pattern.compile("// begin " + name + "\\n(.*?)[ ]*// end " + name, Pattern.DOTALL)
                .matcher(Files.readString(source));
        assertThat(region.find()).as("region %s of %s", name, source).isTrue();
        // An empty last line would count as one without indentation.
        return region.group(1).stripTrailing().stripIndent() + "\n";
    }
}
