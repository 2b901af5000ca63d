-- Keep money and goods apart in the ledger: accounts of money hold a currency, the other accounts of help hold packages.
CREATE OR REPLACE FUNCTION together_money_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.account ~ '^(stock:)?together:money:') IS DISTINCT FROM (NEW.unit ~ '^[A-Z]{3}$') THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_money_apart',
            MESSAGE = format('account %s cannot hold %s', NEW.account, NEW.unit);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_money_apart BEFORE INSERT ON ledger_posting
    FOR EACH ROW WHEN (NEW.account LIKE 'together:%' OR NEW.account LIKE 'stock:together:%')
    EXECUTE FUNCTION together_money_apart();
