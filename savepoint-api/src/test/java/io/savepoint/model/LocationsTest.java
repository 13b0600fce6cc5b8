package io.savepoint.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationsTest {
    @ParameterizedTest
    @CsvSource({
        "file:///savepoints,        file:/savepoints/savepoint-1",
        "file:/savepoints,          file:///savepoints/savepoint-1",
        "file:///savepoints/,       file:/savepoints/savepoint-1",
        "file:///savepoints//mine,  file:/savepoints/mine/savepoint-1",
        "/savepoints,               file:/savepoints/savepoint-1",
        "/savepoints,               hdfs://nn/savepoints/savepoint-1",
        "hdfs:///savepoints,        hdfs://nn:8020/savepoints/savepoint-1",
        "hdfs:/savepoints,          hdfs://nn:8020/savepoints/savepoint-1",
        "hdfs://nn:8020/savepoints, hdfs://nn:8020/savepoints/savepoint-1",
        "HDFS://NN/savepoints,      hdfs://nn/savepoints/savepoint-1",
        "s3://bucket,               s3://bucket/savepoint-1",
        "s3://bucket/,              s3://bucket/savepoint-1",
        "s3://bucket/a,             s3://bucket/a/b/savepoint-1",
        "file:///my savepoints,     file:/my savepoints/savepoint-1",
        "/at:noon,                  file:/at:noon/savepoint-1",
        "s3://b[cket/100%,          s3://b[cket/100%/savepoint-1"
    })
    void flinkSpellsTheDirectoryInItsOwnWay(String directory, String location) {
        assertThat(Locations.isWithin(location, directory)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "file:/s/savepoint-1,     file:/s/savepoint-1,               true",
        "file:/s/savepoint-1,     file:///s/savepoint-1/,            true",
        "file:/s/savepoint-1,     /s/savepoint-1,                    true",
        "/s/savepoint-1,          file:/s/savepoint-1,               true",
        "file:/s/savepoint-1,     file:/s/savepoint-1/_metadata,     true",
        "hdfs://nn/s/savepoint-1, hdfs:///s/savepoint-1/_metadata,   true",
        "s3://b/savepoint-1,      s3://b//savepoint-1,               true",
        "file:/s/savepoint-1,     file:/s/savepoint-12,              false",
        "file:/s/savepoint-1,     file:/s/savepoint-1/x,             false",
        "file:/s/savepoint-1/x,   file:/s/savepoint-1,               false",
        "s3://b/savepoint-1,      s3://other/savepoint-1,            false",
        "s3://b/savepoint-1,      s3a://b/savepoint-1,               false",
        "file:/s/a_metadata,      file:/s/a,                         false"
    })
    void oneSavepointIsSpelledInSeveralWays(String location, String other, boolean same) {
        assertThat(Locations.areSame(location, other)).isEqualTo(same);
    }

    @ParameterizedTest
    @CsvSource({
        "file:///savepoints,        file:/savepoints-of-others/savepoint-1",
        "file:///savepoints,        file:/other/savepoints/savepoint-1",
        "file:///savepoints,        hdfs://nn/savepoints/savepoint-1",
        "hdfs://nn:8020/savepoints, hdfs://other:8020/savepoints/savepoint-1",
        "s3://bucket/a,             s3://other/a/savepoint-1",
        "s3://bucket,               s3://bucket-of-others/savepoint-1",
        "s3://bucket/a,             file:/a/savepoint-1",
        "file:///my savepoints,     file:/my/savepoint-1"
    })
    void anotherDirectoryIsAnother(String directory, String location) {
        assertThat(Locations.isWithin(location, directory)).isFalse();
    }
}
