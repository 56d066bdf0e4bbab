//! The function libraries of Kubernetes.

use serde_json::json;

use super::{Expression, all_hold, shown};

#[test]
fn quantities() {
    all_hold(
        &json!({}),
        &[
            "quantity('500m').isLessThan(quantity('1'))",
            "quantity('1Gi').compareTo(quantity('1024Mi')) == 0",
            "quantity('1Gi') == quantity('1073741824')",
            "quantity('1e3').asInteger() == 1000",
            "quantity('50k').add(quantity('20')) == quantity('50020')",
            "quantity('50k').sub(20) == quantity('49980')",
            "quantity('0.5').isInteger() == false && quantity('-3').sign() == -1",
            "quantity('50.703k').asApproximateFloat() == 50703.0",
            "isQuantity('1.5Gi') && !isQuantity('1.5GB') && !isQuantity('') && !isQuantity('1.2.3')",
            "quantity('1n').isGreaterThan(quantity('0'))",
        ],
    );
    assert_eq!(shown("quantity('10 Mi')", &json!({})), "error: `10 Mi` is no quantity");
}

#[test]
fn addresses_and_networks() {
    all_hold(
        &json!({}),
        &[
            "isIP('10.0.0.1') && isIP('::1') && !isIP('10.0.0.01') && !isIP('::ffff:1.2.3.4')",
            "ip('127.0.0.1').isLoopback() && ip('::1').family() == 6",
            "ip.isCanonical('::1') && !ip.isCanonical('2001:DB8::1')",
            "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))",
            "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR('10.0.0.0/8')",
            "cidr('192.168.1.7/24').masked() == cidr('192.168.1.0/24')",
            "cidr('192.168.1.7/24').prefixLength() == 24 && string(cidr('10.0.0.0/8').ip()) == '10.0.0.0'",
            "isCIDR('0.0.0.0/0') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0/08')",
            "ip('224.0.0.1').isLinkLocalMulticast() && ip('169.254.1.1').isLinkLocalUnicast()",
            "ip('8.8.8.8').isGlobalUnicast() && ip('0.0.0.0').isUnspecified()",
        ],
    );
}

#[test]
fn urls_patterns_and_versions() {
    all_hold(
        &json!({}),
        &[
            "url('https://user@example.com:8080/a%20b?x=1&x=2').getHost() == 'example.com:8080'",
            "url('https://example.com:8080/').getPort() == '8080' && url('https://[::1]:80/').getHostname() == '::1'",
            "url('https://example.com/a b').getEscapedPath() == '/a%20b'",
            "url('https://example.com/?x=1&x=2').getQuery()['x'] == ['1', '2']",
            "isURL('/path') && !isURL('example.com') && url('HTTPS://a').getScheme() == 'https'",
            "'abc 123'.find('[0-9]+') == '123' && 'a1b22'.findAll('[0-9]+') == ['1', '22']",
            "'a1b22c3'.findAll('[0-9]+', 2) == ['1', '22'] && 'none'.find('[0-9]') == ''",
            "'registry/app:v1'.matches('^[a-z]+/[a-z]+:v[0-9]+$')",
            "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
            "isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true) && semver('v1.2', true).minor() == 2",
            "semver('1.0.0-alpha.2').compareTo(semver('1.0.0-alpha.10')) == -1",
        ],
    );
}

#[test]
fn lists_sets_and_formats() {
    all_hold(
        &json!({"names": ["b", "a"]}),
        &[
            "[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [1, 2].sum() == 3 && [].sum() == 0",
            "[3, 1].min() == 1 && [3, 1].max() == 3 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(5) == -1",
            "object.names.sort() == ['a', 'b'] && object.names.sortBy(x, x)[0] == 'a'",
            "[1, [2]].flatten() == [1, 2] && [1, 1].distinct() == [1] && [1, 2, 3].slice(1, 3) == [2, 3]",
            "lists.range(3) == [0, 1, 2] && [1, 2].reverse() == [2, 1] && [1, 2].includes(2)",
            "sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2])",
            "!format.dns1123Label().validate('my-name').hasValue()",
            "format.dns1123Label().validate('My_Name').hasValue()",
            "format.named('uuid').hasValue() && !format.named('nope').hasValue()",
            "!format.date().validate('2026-02-28').hasValue() && format.date().validate('2026-02-30').hasValue()",
            "format.qualifiedName().validate('example.com/x').orValue([]).size() == 0",
            "'%s has %d of %.2f'.format(['a', 2, 1.5]) == 'a has 2 of 1.50'",
        ],
    );
}

#[test]
fn numbers_are_written_and_cut_off_as_the_api_server_does() {
    all_hold(
        &json!({}),
        &[
            "string(1e20) == '1e+20' && string(1000000.0) == '1e+06' && string(123456.5) == '123456.5'",
            "string(0.0001) == '0.0001' && string(0.00001) == '1e-05'",
            "!quantity('9223372036854775808').isInteger() && quantity('5').asInteger() == 5",
        ],
    );
    assert_eq!(
        shown("quantity('9223372036854775808').asInteger()", &json!({})),
        "error: the quantity is no whole number"
    );
    assert!(Expression::compile("cel.bind(x, 1, x) == 1", &[]).is_err());
}
